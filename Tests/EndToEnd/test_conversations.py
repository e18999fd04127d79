# SPDX-License-Identifier: Apache-2.0
"""Somebody goes on with a conversation: the model has read the beginning already."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from suite import Suite

CONVERSATIONS = 20
# Tokens a worker keeps together in its cache; the last block of a prompt may be incomplete and is read again.
BLOCK_TOKENS = 32
STORY = (
    "The harbour of Skerrow has two piers, a ferry that leaves at noon and an old customs house with a green door. "
    "Remember this while we talk about it. Question %d: what leaves at noon?")


def ask(suite: Suite, conversation: str, text: str):
    return suite.openai().chat.completions.create(
        model=suite.model, messages=[{"role": "user", "content": text}], max_tokens=16, temperature=0,
        extra_body={"parley": {"conversation_id": conversation}})


def start(suite: Suite) -> str:
    return suite.client().post("/conversations", {}).body["id"]


def two_turns(suite: Suite, number: int) -> tuple[int, int]:
    """The prompt tokens of the first turn, and how many tokens of the second were cached."""
    conversation = start(suite)
    first = ask(suite, conversation, STORY % number)
    second = ask(suite, conversation, "And what colour has the door?")
    return first.usage.prompt_tokens, second.usage.prompt_tokens_details.cached_tokens


@pytest.mark.parametrize("engine", ["simulated", "real"])
def test_the_second_turn_finds_the_first_in_the_cache(engine: str, request: pytest.FixtureRequest) -> None:
    """Twenty of twenty, while eight conversations at a time share two workers."""
    suite: Suite = request.getfixturevalue(engine)
    with ThreadPoolExecutor(8) as people:
        found = list(people.map(lambda number: two_turns(suite, number), range(CONVERSATIONS)))
    missed = [(prompt, cached) for prompt, cached in found if cached < prompt - BLOCK_TOKENS]
    assert missed == []


def test_a_conversation_keeps_what_was_said(simulated: Suite) -> None:
    conversation = start(simulated)
    answer = ask(simulated, conversation, "What is a lighthouse?")
    items = simulated.client().get(f"/conversations/{conversation}/items?order=asc").body["data"]
    assert [item["role"] for item in items] == ["user", "assistant"]
    assert items[0]["content"][0]["text"] == "What is a lighthouse?"
    assert items[1]["content"][0]["text"] == answer.choices[0].message.content


def test_a_stateless_chat_leaves_no_text_behind(simulated: Suite) -> None:
    secret = "the word is heliotrope"
    simulated.openai().chat.completions.create(
        model=simulated.model, messages=[{"role": "user", "content": secret}], max_tokens=4)
    assert simulated.sql(f"SELECT count(*) FROM conversations.items WHERE content LIKE '%{secret}%'") == [["0"]]
    for log in simulated.layout.logs.glob("*.log"):
        assert secret not in log.read_text(encoding="utf-8", errors="replace"), log.name
    for trace in simulated.layout.traces.glob("*.jsonl"):
        assert secret not in trace.read_text(encoding="utf-8", errors="replace"), trace.name
