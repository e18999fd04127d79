# SPDX-License-Identifier: Apache-2.0
"""What must be true of the books once every turn has ended, whatever died on the way."""

from __future__ import annotations

from parley.failure import Failure
from parley.waiting import wait_until
from suite import Suite

# The lease of a dead owner, the sweeper's round and the relay of the outbox fit into this.
SETTLED_SECONDS = 60.0

MUST_BECOME_ZERO = {
    "running turns": "SELECT count(*) FROM conversations.turns WHERE ended_at IS NULL",
    "unsent settlements": "SELECT count(*) FROM conversations.outbox WHERE sent_at IS NULL",
    "open reservations": "SELECT count(*) FROM billing.reservations WHERE state = 'open'",
}

# Each query finds what must not be; a message names it.
MUST_BE_EMPTY = {
    "settled turns without exactly one settlement in the ledger": """
        SELECT t.id FROM conversations.turns t
        LEFT JOIN billing.ledger l
            ON l.organisation_id = t.organisation_id AND l.turn_id = t.id AND l.kind = 'settle'
        WHERE t.state = 'settled' GROUP BY t.id HAVING count(l.turn_id) <> 1""",
    "settled turns whose tokens differ from the ledger's": """
        SELECT t.id FROM conversations.turns t
        JOIN billing.ledger l ON l.organisation_id = t.organisation_id AND l.turn_id = t.id AND l.kind = 'settle'
        WHERE l.completion_tokens <> t.completion_tokens OR l.prompt_tokens <> t.prompt_tokens""",
    "turns that were charged and released": """
        SELECT turn_id FROM billing.ledger GROUP BY turn_id HAVING count(DISTINCT kind) > 1""",
    "settlements of turns nobody knows": """
        SELECT l.turn_id FROM billing.ledger l
        LEFT JOIN conversations.turns t ON t.organisation_id = l.organisation_id AND t.id = l.turn_id
        WHERE t.id IS NULL""",
    "assistant messages without their settlement": """
        SELECT i.id FROM conversations.items i
        LEFT JOIN billing.ledger l
            ON l.organisation_id = i.organisation_id AND l.turn_id = i.turn_id AND l.kind = 'settle'
        WHERE i.role = 'assistant' AND l.turn_id IS NULL""",
    "answers written twice": """
        SELECT turn_id FROM conversations.items WHERE role = 'assistant' GROUP BY turn_id HAVING count(*) > 1""",
}


def wait_closed(suite: Suite) -> None:
    """Waits until no turn runs, no settlement is under way and no money is held."""
    counts: dict[str, str] = {}

    def is_closed() -> bool:
        counts.update({what: suite.sql(query)[0][0] for what, query in MUST_BECOME_ZERO.items()})
        return set(counts.values()) == {"0"}

    try:
        wait_until(is_closed, SETTLED_SECONDS, "every turn has ended and is settled")
    except Failure as failure:
        raise AssertionError(f"after {SETTLED_SECONDS:.0f} s: {counts}") from failure


def check(suite: Suite) -> None:
    """Compares turns, messages and ledger, line by line."""
    for what, query in MUST_BE_EMPTY.items():
        found = suite.sql(query)
        assert found == [], f"{what}: {found[:5]}"
    assert suite.sql("SELECT count(*) > 0 FROM billing.ledger WHERE kind = 'settle'") == [["t"]]
