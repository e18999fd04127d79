# SPDX-License-Identifier: Apache-2.0
"""A worker in front of a server that is not ours: llama.cpp's own, asked with the official client through everything.

The tests run in this order: the last one kills the server.
"""

from __future__ import annotations

import time

import openai
import pytest

from copies import Fronted
from parley.waiting import wait_until

QUESTION = [{"role": "user", "content": "Write a very long story about a lighthouse keeper and her dog."}]
LONG = 1_500
STATE_SECONDS = 10.0


def _stream(fronted: Fronted, most: int) -> openai.Stream:
    return fronted.suite.openai().chat.completions.create(
        model=fronted.suite.model, messages=QUESTION, max_tokens=most, temperature=0, stream=True,
        stream_options={"include_usage": True})


def test_a_streamed_answer_has_the_servers_text_and_counts(fronted: Fronted) -> None:
    before = fronted.server.metric("tokens_predicted_total")
    text, usage, reason, pieces = "", None, None, 0
    for chunk in _stream(fronted, 24):
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
            pieces += 1
            reason = chunk.choices[0].finish_reason or reason
        usage = chunk.usage or usage
    own = fronted.server.ask(
        "/v1/chat/completions", {"messages": QUESTION, "max_tokens": 24, "temperature": 0})
    assert text == own["choices"][0]["message"]["content"]
    assert pieces > 8
    assert reason == own["choices"][0]["finish_reason"] == "length"
    assert usage.prompt_tokens == own["usage"]["prompt_tokens"]
    assert usage.completion_tokens == own["usage"]["completion_tokens"] == 24
    assert fronted.server.metric("tokens_predicted_total") - before == 48


def test_what_the_server_had_cached_is_told(fronted: Fronted) -> None:
    for _ in range(2):
        answer = fronted.suite.openai().chat.completions.create(
            model=fronted.suite.model, messages=QUESTION, max_tokens=4, temperature=0)
    assert 0 < answer.usage.prompt_tokens_details.cached_tokens <= answer.usage.prompt_tokens


def test_the_fleet_knows_both_workers(fronted: Fronted) -> None:
    said = fronted.suite.admin("orchestrator", "workers")
    assert said.count("127.0.0.1:") >= 2, said


def test_a_client_that_leaves_stops_the_server(fronted: Fronted) -> None:
    before = fronted.server.metric("tokens_predicted_total")
    stream = _stream(fronted, LONG)
    for number, _ in enumerate(stream):
        if number == 5:
            break
    assert fronted.server.metric("requests_processing") == 1
    stream.close()
    wait_until(
        lambda: fronted.server.metric("requests_processing") == 0, STATE_SECONDS, "the server has nothing to do")
    assert fronted.server.metric("tokens_predicted_total") - before < LONG / 2


def test_a_server_that_dies_is_a_clear_error_and_no_hang(fronted: Fronted) -> None:
    began = time.monotonic()
    with pytest.raises(openai.APIError) as cut:
        for number, _ in enumerate(_stream(fronted, LONG)):
            if number == 5:
                fronted.server.kill()
    assert "server" in str(cut.value).lower() or "worker" in str(cut.value).lower(), cut.value
    with pytest.raises(openai.APIStatusError) as refused:
        fronted.suite.openai().chat.completions.create(model=fronted.suite.model, messages=QUESTION, max_tokens=4)
    assert refused.value.status_code == 503, refused.value
    assert time.monotonic() - began < 30.0
