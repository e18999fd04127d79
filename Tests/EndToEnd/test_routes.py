# SPDX-License-Identifier: Apache-2.0
"""An operator gives a model a name; people ask for the name and are told who answered."""

from __future__ import annotations

import json
import secrets

from parley.waiting import wait_until
from plain_http import ask, chat
from suite import Suite

FOLLOWED_SECONDS = 15.0


def names(suite: Suite) -> set[str]:
    return {row["id"] for row in ask(suite, "GET", "/v1/models").body["data"]}


def test_a_name_leads_to_a_model(simulated: Suite) -> None:
    name = f"assistant-{secrets.token_hex(3)}"
    words = ["routes", "set", name, "--pool", "away:plans=enterprise", "--fallback", simulated.model]
    simulated.admin("orchestrator", *words)
    assert name not in simulated.admin("orchestrator", "routes", "list"), "a dry run changes nothing"
    simulated.admin("orchestrator", *words, "--apply")
    explained = json.loads(
        simulated.admin(
            "orchestrator", "routes", "explain", name, "--plan", "enterprise", "--text", "Why?", "--json"))
    assert explained["model"] == simulated.model and explained["reason"] == "degraded"
    # Either orchestrator may be asked; both follow within seconds.
    wait_until(
        lambda: all(name in names(simulated) for _ in range(6)), FOLLOWED_SECONDS, "both orchestrators follow")
    answer = chat(simulated, model=name)
    assert answer.status == 200, answer.text
    assert answer.body["model"] == simulated.model
    assert answer.body["parley"]["route"] == {"asked": name, "reason": "degraded"}
    first = json.loads(chat(simulated, model=name, stream=True).events[0])
    assert first["model"] == simulated.model and first["parley"]["route"]["asked"] == name
    simulated.admin("orchestrator", "routes", "remove", name, "--apply")
    wait_until(
        lambda: all(name not in names(simulated) for _ in range(6)), FOLLOWED_SECONDS, "both have forgotten it")
    assert chat(simulated, model=name).status == 404
