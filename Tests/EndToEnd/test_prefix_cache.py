# SPDX-License-Identifier: Apache-2.0
"""Somebody goes on with a conversation: the model has read the beginning already, and nobody else's."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from neighbours import Neighbours
from parley.waiting import wait_until
from suite import Suite

CONVERSATIONS = 20
AT_ONCE = 5
# Few, because the real model shares two cores with its neighbours; what is looked at is the reading.
ANSWER_TOKENS = 8
NEIGHBOURS = 8
# Tokens a worker keeps together in its cache; the last block of a prompt may be incomplete and is read again.
BLOCK_TOKENS = 32
# A worker tells the fleet of its drain with the next load report.
DRAINED_SECONDS = 10.0
STORY = (
    "The harbour of Skerrow has two piers, a ferry that leaves at noon and an old customs house with a green door. "
    "Remember this while we talk about it. What leaves at noon?")


def new_story() -> str:
    """Differs from its first words on: what another conversation left in a worker must not count as a find."""
    return f"{secrets.token_hex(8)} is the number of this page. {STORY}"


def two_turns(suite: Suite) -> tuple[int, int]:
    """The prompt tokens of the first turn, and how many tokens of the second were cached.

    With two gateways the second turn comes in by the other one: what knows where the first was read is shared.
    """
    conversation = suite.client().post("/conversations", {}).body["id"]
    replicas = len(suite.instances("gateway"))

    def say(text: str, replica: int):
        return suite.openai(replica).chat.completions.create(
            model=suite.model, messages=[{"role": "user", "content": text}], max_tokens=ANSWER_TOKENS, temperature=0,
            extra_body={"parley": {"conversation_id": conversation}})

    first = say(new_story(), 1)
    second = say("And what colour has the door?", replicas)
    return first.usage.prompt_tokens, second.usage.prompt_tokens_details.cached_tokens


@pytest.mark.parametrize("engine", ["simulated", "real"])
def test_the_second_turn_finds_the_first_in_the_cache(engine: str, request: pytest.FixtureRequest) -> None:
    """Twenty of twenty, while eight other conversations keep both workers busy."""
    suite: Suite = request.getfixturevalue(engine)
    earlier = generated(suite)
    with Neighbours(suite, NEIGHBOURS) as neighbours:
        before = neighbours.answers
        with ThreadPoolExecutor(AT_ONCE) as people:
            found = list(people.map(lambda _: two_turns(suite), range(CONVERSATIONS)))
        # Nobody had the workers to themselves.
        assert all(now > then for now, then in zip(neighbours.answers, before, strict=True))
    missed = [(prompt, cached) for prompt, cached in found if cached < prompt - BLOCK_TOKENS]
    assert missed == []
    assert len(earlier) == 2
    assert all(now > then for now, then in zip(generated(suite), earlier, strict=True)), "both workers took part"


def generated(suite: Suite) -> list[float]:
    """How many answers each worker has given since it started."""
    counted = re.compile(r'^rpc_server_seconds_count\{method="modelworker\.Generate",.*\} (\S+)$', re.MULTILINE)
    return [
        sum(map(float, counted.findall(suite.metrics(worker)))) for worker in suite.instances("model-worker")]


@pytest.mark.parametrize("engine", ["simulated", "real"])
def test_another_organisation_finds_nothing_in_the_cache(engine: str, request: pytest.FixtureRequest) -> None:
    """On the very worker that holds the text, since the other one is drained."""
    suite: Suite = request.getfixturevalue(engine)
    ours, theirs = suite.variables["PARLEY_API_KEY"], suite.other_organisation()["key"]
    text = new_story()

    def usage(key: str) -> tuple[int, int]:
        answer = suite.openai(key=key).chat.completions.create(
            model=suite.model, messages=[{"role": "user", "content": text}], max_tokens=4, temperature=0)
        return answer.usage.prompt_tokens, answer.usage.prompt_tokens_details.cached_tokens

    with one_worker(suite):
        prompt, _ = usage(ours)
        assert usage(theirs) == (prompt, 0)
        # The cache lives, for each of the two.
        assert usage(ours)[1] >= prompt - BLOCK_TOKENS > 0
        assert usage(theirs)[1] >= prompt - BLOCK_TOKENS


@contextmanager
def one_worker(suite: Suite) -> Iterator[None]:
    """Drains all workers but the first, and waits until every orchestrator knows."""
    _, *others = suite.instances("model-worker")
    for worker in others:
        suite.admin("model-worker", "drain", "--apply", "--address", f"127.0.0.1:{worker.port}")
    try:
        wait_states(suite, ["draining", "ready"])
        yield
    finally:
        for worker in others:
            suite.admin("model-worker", "undrain", "--apply", "--address", f"127.0.0.1:{worker.port}")
        wait_states(suite, ["ready", "ready"])


def wait_states(suite: Suite, wanted: list[str]) -> None:
    def states(port: int) -> list[str]:
        said = suite.admin("orchestrator", "workers", "--json", "--address", f"127.0.0.1:{port}")
        return sorted(row["state"] for row in json.loads(said))

    for orchestrator in suite.instances("orchestrator"):
        wait_until(
            lambda port=orchestrator.port: states(port) == wanted, DRAINED_SECONDS, f"the workers are {wanted}")
