# SPDX-License-Identifier: Apache-2.0
"""Somebody opens the page, uses a key and chats."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import pytest

from browser import Browser
from suite import Suite


@pytest.fixture
def browser() -> Iterator[Browser]:
    opened = Browser()
    yield opened
    opened.close()


def sign_in(browser: Browser, suite: Suite) -> None:
    browser.open(suite.variables["PARLEY_WEB_URL"])
    browser.wait("!document.querySelector('#sign-in').hidden")
    browser.run(f"document.querySelector('#key').value = {json.dumps(suite.variables['PARLEY_API_KEY'])}")
    browser.run("document.querySelector('#key-form').requestSubmit()")
    browser.wait("!document.querySelector('#workspace').hidden")


def ask(browser: Browser, question: str) -> None:
    browser.run(f"document.querySelector('#prompt').value = {json.dumps(question)}")
    browser.run("document.querySelector('#composer').requestSubmit()")


def test_an_answer_grows_while_it_is_written(simulated: Suite, browser: Browser) -> None:
    sign_in(browser, simulated)
    browser.run("""
        window.lengths = new Set();
        new MutationObserver(() => {
            const text = document.querySelector('.message.assistant .text');
            if (text) window.lengths.add(text.textContent.length);
        }).observe(document.querySelector('#messages'), {childList: true, subtree: true, characterData: true});
    """)
    ask(browser, "Tell me about the sea.")
    browser.wait("document.querySelector('.message.assistant .facts') !== null")
    assert browser.run("document.querySelector('.message.assistant .text').textContent.length") > 0
    assert browser.run("window.lengths.size") > 2
    assert browser.complaints == []


def test_a_wrong_key_stays_at_the_door(simulated: Suite, browser: Browser) -> None:
    browser.open(simulated.variables["PARLEY_WEB_URL"])
    browser.wait("!document.querySelector('#sign-in').hidden")
    browser.run("document.querySelector('#key').value = 'sk-wrong'")
    browser.run("document.querySelector('#key-form').requestSubmit()")
    browser.wait("!document.querySelector('#sign-in-error').hidden")
    assert browser.run("document.querySelector('#workspace').hidden")


def test_the_page_may_run_nothing_but_its_own_scripts(simulated: Suite) -> None:
    with urllib.request.urlopen(simulated.variables["PARLEY_WEB_URL"], timeout=10) as answer:
        policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "unsafe" not in policy
