# SPDX-License-Identifier: Apache-2.0
"""Goal: a process that dies costs nobody else anything, and the books are right afterwards.

Method: fifty streams run, one process is killed with SIGKILL at a seeded moment, short probes are asked until they are
answered; then the streams end, and turns, messages and ledger are compared.
"""

from __future__ import annotations

import random
import threading

import pytest

import books
from load import Load
from parley import supervisor
from suite import Suite

STREAMS = 50
PROBES = 20
# What somebody waits, at worst, whose question falls into the moment of the kill.
LONGEST_PROBE_SECONDS = 5.0
VICTIMS = ["gateway", "auth", "billing", "moderation", "retriever", "orchestrator", "model-worker"]
STORES = ["postgres", "redis"]


@pytest.mark.parametrize("victim", [f"{name}-1" for name in VICTIMS] + STORES)
def test_a_killed_process_costs_nobody_else_anything(simulated: Suite, victim: str, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(f"{seed} {victim}")
    simulated.wait_ready()
    # Fifty people who never pause would meet the plan's thousand requests a minute, which is not what is tried here.
    simulated.admin("billing", "set-limits", "--organisation", simulated.demo["organisation"], "--apply")
    before = pids(simulated)
    with Load(simulated, STREAMS, seed) as load:
        # Not a wait for anything: the kill comes at a moment of its own.
        threading.Event().wait(chance.uniform(0.5, 2.0))
        simulated.kill(victim)
        waits = sorted(probe_all(load, chance))
    simulated.wait_ready()
    after = pids(simulated)
    changed = {name for name, pid in before.items() if after.get(name) != pid}
    assert changed == {victim}
    percentile = waits[int(len(waits) * 0.95) - 1]
    print(f"{victim}: probes p95 {percentile:.2f} s, worst {waits[-1]:.2f} s; "
          f"streams completed {load.outcomes.completed}, broken {load.outcomes.broken}")
    assert percentile <= LONGEST_PROBE_SECONDS
    assert load.outcomes.completed > 0
    books.wait_closed(simulated)
    books.check(simulated)


def pids(suite: Suite) -> dict[str, int | None]:
    return {name: state.pid for name, state in supervisor.states(suite.layout).items()}


def probe_all(load: Load, chance: random.Random) -> list[float]:
    """Twenty people ask at once, right after the kill."""
    waits: list[float] = []
    seeds = [chance.random() for _ in range(PROBES)]

    def ask(seed: float) -> None:
        waits.append(load.probe(random.Random(seed), 4 * LONGEST_PROBE_SECONDS))

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits
