# SPDX-License-Identifier: Apache-2.0
"""Somebody talks in a conversation, or without one: what is kept of it."""

from __future__ import annotations

from suite import Suite


def ask(suite: Suite, conversation: str, text: str):
    return suite.openai().chat.completions.create(
        model=suite.model, messages=[{"role": "user", "content": text}], max_tokens=16, temperature=0,
        extra_body={"parley": {"conversation_id": conversation}})


def start(suite: Suite) -> str:
    return suite.client().post("/conversations", {}).body["id"]


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
