# SPDX-License-Identifier: Apache-2.0
"""What a foreign server publishes of its cache reaches the scheduler: through ZeroMQ's own library, not ours."""

from __future__ import annotations

import json

from copies import Publishing
from parley.waiting import wait_until

PROMPT = "".join(f"Paragraph {number} of what everybody at the harbour has to know. " for number in range(100))
STATE_SECONDS = 10.0


def _cached(publishing: Publishing) -> int:
    """How much of the prompt the worker that has most of it holds, in percent."""
    rows = json.loads(publishing.suite.admin(
        "orchestrator", "explain", "--model", publishing.suite.model, "--prompt", PROMPT,
        "--organisation", publishing.suite.demo["organisation"], "--json"))
    return max(row["cached_percent"] for row in rows)


def test_the_scheduler_knows_what_a_foreign_cache_holds(publishing: Publishing) -> None:
    publishing.publisher.wait_for(subscribers=2)
    assert _cached(publishing) == 0
    answer = publishing.suite.openai().chat.completions.create(
        model=publishing.suite.model, messages=[{"role": "user", "content": PROMPT}])
    assert answer.choices[0].message.content == "Very well."
    wait_until(lambda: _cached(publishing) >= 90, STATE_SECONDS, "the scheduler knows what was kept")
    publishing.publisher.publish(["AllBlocksCleared"])
    wait_until(lambda: _cached(publishing) == 0, STATE_SECONDS, "the scheduler knows that nothing is kept any more")
