# SPDX-License-Identifier: Apache-2.0
"""Somebody's connection breaks mid-answer; the browser comes back by another gateway and reads on."""

from __future__ import annotations

from typing import Any

import pytest

from parley.waiting import wait_until
from reading import Reading, read
from suite import Suite

TOKENS = 48
SETTLED_SECONDS = 10.0


def question(suite: Suite, seed: int, **more: Any) -> dict[str, Any]:
    return {
        "model": suite.model, "messages": [{"role": "user", "content": "Say a lot about lighthouses."}],
        "max_tokens": TOKENS, "seed": seed, "temperature": 0.7, "stream_options": {"include_usage": True}, **more}


def settled(suite: Suite, reading: Reading) -> list[list[str]]:
    turn = reading.last_id.split(":")[0]
    query = f"SELECT kind, completion_tokens, prompt_tokens FROM billing.ledger WHERE turn_id = '{turn}'"
    wait_until(lambda: suite.sql(query) != [], SETTLED_SECONDS, "the turn is settled")
    return suite.sql(query)


@pytest.mark.parametrize("place", [1, 7, 24, TOKENS - 1])
def test_a_cut_connection_is_resumed_at_the_other_gateway(simulated: Suite, place: int) -> None:
    body = question(simulated, seed=place, parley={"resumable": True})
    whole = read(simulated, body)
    assert whole.is_done and whole.finish == "length" and whole.usage["completion_tokens"] == TOKENS
    part = read(simulated, body, stop_after=place)
    assert not part.is_done and whole.text.startswith(part.text)
    rest = read(simulated, body, replica=2, reading=part)
    assert rest.is_done and rest.text == whole.text and rest.finish == whole.finish
    assert rest.usage["completion_tokens"] == TOKENS
    assert settled(simulated, rest) == [["settle", str(TOKENS), str(whole.usage["prompt_tokens"])]]


def test_a_connection_that_breaks_again_and_again(simulated: Suite) -> None:
    body = question(simulated, seed=99, parley={"resumable": True})
    whole = read(simulated, body)
    reading = read(simulated, body, stop_after=5)
    while not reading.is_done:
        reading = read(simulated, body, replica=1 + reading.connections % 2, reading=reading, stop_after=9)
        assert reading.status == 200 and reading.connections < 20
    assert reading.text == whole.text and reading.finish == "length"
    assert settled(simulated, reading)[0][1] == str(TOKENS)


def test_an_ended_answer_is_told_from_every_place_at_both_gateways(simulated: Suite) -> None:
    body = question(simulated, seed=5)
    whole = read(simulated, body)
    for number, (event_id, text) in enumerate(whole.ids):
        again = Reading(text=text, last_id=event_id)
        again = read(simulated, body, replica=1 + number % 2, reading=again)
        assert again.status == 200 and again.text == whole.text and again.is_done, f"after {event_id}"


def test_a_client_that_did_not_say_it_comes_back_has_ended_its_answer(simulated: Suite) -> None:
    body = question(simulated, seed=7)
    part = read(simulated, body, stop_after=4)
    kind, tokens, _ = settled(simulated, part)[0]
    assert kind == "settle" and 4 <= int(tokens) < TOKENS


def test_somebody_elses_answer_is_not_found(simulated: Suite) -> None:
    whole = read(simulated, question(simulated, seed=5))
    key = simulated.other_organisation()["key"]
    for replica in (1, 2):
        stranger = read(
            simulated, question(simulated, seed=5), replica=replica, reading=Reading(last_id=whole.last_id), key=key)
        assert stranger.status == 404 and stranger.text == ""
