# SPDX-License-Identifier: Apache-2.0
"""`chain`: what one chat costs all seven services together, with an engine that costs next to nothing.

Every feature is on: key, limits, moderation of what goes in and what comes out, reservation, ledger, access line,
trace. Processor time is what is compared, because it does not change with a noisy neighbour as times on a clock do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parley.bench import copy, load, peers, processes
from parley.bench.copy import Copy, Pace
from parley.bench.load import Load
from parley.bench.marks import Mark
from parley.layout import Layout
from parley.progress import step

CONNECTIONS = 64
SECONDS = 3.0
WARM_UP_SECONDS = 2.0
# The best of these is kept: a neighbour's noise only ever makes a figure worse.
REPEATS = 3
FIRST_TOKEN_MS = 20
AT_ONCE = Pace(tokens=16)
PACED = Pace(first_token_ms=FIRST_TOKEN_MS, step_ms=5, tokens=16)
MICROSECONDS = 1e6


@dataclass(frozen=True)
class Cost:
    """One run under load, and what it took from each process, in microseconds of processor time for one answer."""

    load: Load
    services: dict[str, float]
    stores: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.services.values())


@dataclass(frozen=True)
class Floor:
    """The same of a peer, which is one process and its children."""

    whole: Load
    cost: float
    first_token_us: float


def measure(layout: Layout, builds: bool) -> list[Mark]:
    with copy.running(layout, AT_ONCE, builds=builds) as ours:
        ours.run(connections=8, seconds=WARM_UP_SECONDS, stream=False)
        with step(f"chain: {CONNECTIONS} connections, {REPEATS} times {SECONDS:.0f} s"):
            busy = min((_cost(ours, CONNECTIONS) for _ in range(REPEATS)), key=lambda cost: cost.total)
        with step("chain: one connection"):
            alone = _cost(ours, 1)
        ours.set_pace(PACED)
        with step("chain: first token"):
            ours.run(connections=1, seconds=WARM_UP_SECONDS, stream=True)
            paced = ours.run(connections=1, seconds=SECONDS, stream=True)
    with step("chain: peers"):
        floors = _floors(layout)
    return _marks(busy, alone, paced, floors)


def _cost(ours: Copy, connections: int) -> Cost:
    roots = ours.services | ours.stores
    found, used = processes.used_while(
        roots, lambda: ours.run(connections=connections, seconds=SECONDS, stream=False))
    each = {name: seconds * MICROSECONDS / found.answers for name, seconds in used.items()}
    return Cost(
        load=found, services=processes.by_service({name: each[name] for name in ours.services}),
        stores={name: each[name] for name in ours.stores})


def _floors(layout: Layout) -> dict[str, Floor]:
    """Each peer in front of the mock, with the same load and as many attempts as ours."""
    found = {}
    body = {"model": "mock", "messages": [{"role": "user", "content": "Tell me about lighthouse ########, please."}]}
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name:
        folder = Path(name)
        whole, stream = (load.write_body(folder, body, stream=streams) for streams in (False, True))
        for peer in peers.available(layout):
            with load.mock(layout) as mock, peer.before(mock, folder) as (target, pid):
                load.run(layout, target, whole, connections=8, seconds=1.0)
                cost, run = min(
                    (_cost_of(pid, lambda: load.run(
                        layout, target, whole, connections=CONNECTIONS, seconds=SECONDS)) for _ in range(REPEATS)),
                    key=lambda pair: pair[0])
            with (
                load.mock(layout, first_token_us=FIRST_TOKEN_MS * 1_000, token_us=5_000, tokens=16) as mock,
                peer.before(mock, folder) as (target, _),
            ):
                paced = load.run(layout, target, stream, connections=1, seconds=2.0)
            found[peer.name] = Floor(run, cost, paced.first_token_us_p50)
    return found


def _cost_of(pid: int, work: Callable[[], Load]) -> tuple[float, Load]:
    run, used = processes.used_while({"": pid}, work)
    return used[""] * MICROSECONDS / run.answers, run


def _marks(busy: Cost, alone: Cost, paced: Load, floors: dict[str, Floor]) -> list[Mark]:
    at = f"c={CONNECTIONS}"
    wanted = "<= 400"
    marks = [
        Mark(f"CPU per chat, all services, {at}", busy.total, "us", name, floor.cost, wanted)
        for name, floor in floors.items()
    ] or [Mark(f"CPU per chat, all services, {at}", busy.total, "us", wanted=wanted)]
    marks += [Mark(f"CPU per chat, {name}, {at}", value, "us") for name, value in sorted(busy.services.items())]
    marks += [Mark(f"CPU per chat, {name}, {at}", value, "us") for name, value in sorted(busy.stores.items())]
    name, floor = next(iter(floors.items()), (None, None))
    rate = floor.whole if floor else None
    marks += [
        Mark(f"chats per second, {at}", busy.load.per_second, "1/s", name, rate and rate.per_second,
             more_is_better=True),
        Mark(f"whole answer p50, {at}", busy.load.latency_us_p50, "us", name, rate and rate.latency_us_p50),
        Mark(f"whole answer p99, {at}", busy.load.latency_us_p99, "us", name, rate and rate.latency_us_p99),
        Mark("CPU per chat, all services, c=1", alone.total, "us"),
        Mark("whole answer p50, c=1", alone.load.latency_us_p50, "us"),
        Mark("whole answer p99, c=1", alone.load.latency_us_p99, "us"),
    ]
    added = paced.first_token_us_p50 - FIRST_TOKEN_MS * 1_000
    marks += [
        Mark("first token, added to the engine's 20 ms, c=1", added, "us", name,
             floor.first_token_us - FIRST_TOKEN_MS * 1_000, "< 2000")
        for name, floor in floors.items()
    ] or [Mark("first token, added to the engine's 20 ms, c=1", added, "us", wanted="< 2000")]
    return marks
