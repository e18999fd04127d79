# SPDX-License-Identifier: Apache-2.0
"""`fleet`: where 64 long prompts that many ask go among four workers, beside a router made for that, in one sitting.

Both stand in front of four mock workers of the same make (Tests/Benchmarks/Load/fleet_mock.c), whose caches together
hold every group's beginning once. Both get the same questions at the same moments, by seeds, one after the other in an
order that changes from seed to seed. A worker that reports no cache is known by what was sent to it, so what decides
here is the scheduler's approximate index.
"""

from __future__ import annotations

import json
import os
import statistics
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from parley import models, ports
from parley.bench import copy, load, marks, peers, processes
from parley.bench.copy import Servers
from parley.bench.load import Target
from parley.bench.marks import Mark
from parley.bench.rpc import MARKS
from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import plain, step

WORKERS = 4
RATES = (60, 110)
SEEDS = (1, 2, 3)
# The first seconds fill the caches with the groups of this seed, which nobody has asked before.
WARM_UP_SECONDS = 6.0
SECONDS = 16.0
GROUPS = 64
SHARED_KIB = 16
TAIL_KIB = 1
MOCK_PORT = 19_400
OURS = "parley"
# How a mock reads prompts: one after another, or each as if it were alone.
READS = ("serial", "parallel")
MICROSECONDS = 1e6


@dataclass(frozen=True)
class Worker:
    """What each mock is told to be."""

    cache_kib: int = 352
    prefill_us_per_kib: int = 5_000
    first_us: int = 5_000
    token_us: int = 4_000
    tokens: int = 16
    places: int = 4
    reads: str = "serial"

    @property
    def arguments(self) -> list[str]:
        return [
            *(str(number) for number in (
                self.cache_kib, self.prefill_us_per_kib, self.first_us, self.token_us, self.tokens, self.places)),
            self.reads]


@dataclass(frozen=True)
class Counts:
    """What a mock has counted since it began."""

    requests: int
    prompt_bytes: int
    hit_bytes: int


@dataclass(frozen=True)
class Found:
    """One run: times in milliseconds."""

    name: str
    rate: int
    seed: int
    first_token_p50: float
    first_token_p90: float
    first_token_p99: float
    asked: int
    failures: int
    failed_status: int
    hit: float
    # Requests of each worker.
    shares: tuple[int, ...]
    # Microseconds of processor time for one answer, of what stands between the client and the mocks.
    cpu_us: float
    machine_load: float

    @property
    def least_share(self) -> float:
        """The least used worker's requests against an even share; 0: it got none."""
        return min(self.shares) * len(self.shares) / max(1, sum(self.shares))


@dataclass(frozen=True)
class Side:
    """One of those that are compared: where to ask, for what model, whose processes and before which mocks."""

    name: str
    target: Target
    model: str
    roots: dict[str, int]
    mocks: tuple[int, ...]


def measure(layout: Layout, builds: bool) -> list[Mark]:
    worker = chosen_worker()
    runs: list[Found] = []
    with ExitStack() as stack:
        sides = [stack.enter_context(_ours(layout, worker, builds=builds))]
        router = peers.cache_aware_router(layout)
        if router:
            sides.append(stack.enter_context(_theirs(layout, worker, router)))
        for seed, rate, order in schedule(sides):
            with step(f"fleet: {rate} requests/s, seed {seed}: {', then '.join(side.name for side in order)}"):
                for side in order:
                    runs.append(_run(layout, side, rate, seed))
                    plain(f"    {line(runs[-1])}")
    return marks.judged(summary(runs), layout.repository / MARKS)


def chosen_worker() -> Worker:
    """The mock as READS wants it to read prompts."""
    reads = os.environ.get("READS") or Worker.reads
    if reads not in READS:
        raise Failure(f"READS={reads} is not known", advice=f"use one of: {', '.join(READS)}")
    return Worker(reads=reads)


def schedule(sides: Sequence[Side]) -> Iterator[tuple[int, int, list[Side]]]:
    """Every seed at every rate. Who begins changes from run to run, and at one rate from seed to seed: neither always
    meets the machine as the other left it."""
    for seed_place, seed in enumerate(SEEDS):
        for rate_place, rate in enumerate(RATES):
            yield seed, rate, list(sides if (seed_place + rate_place) % 2 == 0 else reversed(sides))


@contextmanager
def mocks(layout: Layout, worker: Worker) -> Iterator[tuple[int, ...]]:
    """Mock workers for as long as the block runs; answers with their ports."""
    load.allow_sockets()
    program = str(load.program(layout, "fleet_mock"))
    with ExitStack() as stack:
        found = []
        for _ in range(WORKERS):
            port = ports.free_near(MOCK_PORT)
            stack.enter_context(load.running([program, str(port), *worker.arguments], port))
            found.append(port)
        yield tuple(found)


def counts(port: int) -> Counts:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=10.0) as answer:
        said = json.load(answer)
    return Counts(**{name: said[name] for name in ("requests", "prompt_bytes", "hit_bytes")})


@contextmanager
def _ours(layout: Layout, worker: Worker, *, builds: bool) -> Iterator[Side]:
    with mocks(layout, worker) as found:
        servers = Servers(tuple(f"http://127.0.0.1:{port}" for port in found), worker.places, worker.tokens)
        with copy.running(layout, servers, builds=builds) as ours:
            yield Side(OURS, ours.target, models.CHAT_MODEL, ours.services, found)


@contextmanager
def _theirs(layout: Layout, worker: Worker, router: peers.Router) -> Iterator[Side]:
    with mocks(layout, worker) as found, router.before(found, layout.cache / "bench") as (target, pid):
        yield Side(router.name, target, "mock", {router.name: pid}, found)


def _run(layout: Layout, side: Side, rate: int, seed: int) -> Found:
    # Texts of their own for each run: what an earlier one left in the caches helps nobody.
    text = seed * 1_000 + rate
    _ask(layout, side, rate, WARM_UP_SECONDS, text, draw=2 * text)
    before = [counts(port) for port in side.mocks]
    said, used = processes.used_while(side.roots, lambda: _ask(layout, side, rate, SECONDS, text, draw=2 * text + 1))
    after = [counts(port) for port in side.mocks]
    read = sum(new.prompt_bytes - old.prompt_bytes for new, old in zip(after, before))
    return Found(
        name=side.name, rate=rate, seed=seed, asked=int(said["asked"]), failures=int(said["failures"]),
        failed_status=int(said["failed_status"]),
        first_token_p50=said["first_token_us_p50"] / 1e3, first_token_p90=said["first_token_us_p90"] / 1e3,
        first_token_p99=said["first_token_us_p99"] / 1e3,
        hit=sum(new.hit_bytes - old.hit_bytes for new, old in zip(after, before)) / max(1, read),
        shares=tuple(new.requests - old.requests for new, old in zip(after, before)),
        cpu_us=sum(used.values()) * MICROSECONDS / max(1.0, said["answers"]), machine_load=os.getloadavg()[0])


def _ask(layout: Layout, side: Side, rate: int, seconds: float, text: int, *, draw: int) -> dict[str, float]:
    arguments = [
        "127.0.0.1", str(side.target.port), side.target.key, side.model, str(rate), str(seconds), str(GROUPS),
        str(SHARED_KIB), str(TAIL_KIB), str(text), str(draw)]
    said: dict[str, float] = json.loads(output(
        [str(load.program(layout, "fleet_load")), *arguments], seconds=seconds + load.PATIENCE_SECONDS))
    if said["answers"] == 0:
        raise Failure(
            f"{side.name} answered none of {said['asked']:.0f} requests, the last with status "
            f"{said['failed_status']:.0f}")
    return said


def line(run: Found) -> str:
    return (
        f"{run.name:<12} {run.rate:>4}/s seed {run.seed}: first token p50 {run.first_token_p50:7.1f}, "
        f"p90 {run.first_token_p90:7.1f}, p99 {run.first_token_p99:7.1f} ms; hit {run.hit:6.1%}; "
        f"by worker {'/'.join(map(str, run.shares))}; failed {run.failures} of {run.asked}"
        f"{f', the last with status {run.failed_status}' if run.failures else ''}; "
        f"{run.cpu_us:,.0f} us of CPU each; load {run.machine_load:.1f}")


def summary(runs: Sequence[Found]) -> list[Mark]:
    """Of times the median of the seeds, of everything else the worst of them."""
    found = []
    theirs_name = next((run.name for run in runs if run.name != OURS), None)
    for rate in sorted({run.rate for run in runs}):
        ours = [run for run in runs if run.rate == rate and run.name == OURS]
        theirs = [run for run in runs if run.rate == rate and run.name != OURS]

        def mark(title: str, unit: str, pick: Callable[[Sequence[Found]], float], *, more: bool = False) -> Mark:
            return Mark(
                f"{title}, {rate}/s", pick(ours), unit, theirs_name, pick(theirs) if theirs else None,
                more_is_better=more)

        found += [
            mark("prefix hit, worst seed", "share", lambda side: min(run.hit for run in side), more=True),
            mark("first token p50", "ms", lambda side: statistics.median(run.first_token_p50 for run in side)),
            mark("first token p90", "ms", lambda side: statistics.median(run.first_token_p90 for run in side)),
            mark("first token p99", "ms", lambda side: statistics.median(run.first_token_p99 for run in side)),
            mark("first token p99, worst seed", "ms", lambda side: max(run.first_token_p99 for run in side)),
            mark("failed", "requests", lambda side: sum(run.failures for run in side)),
            mark("least used worker, of an even share", "share", lambda side: min(run.least_share for run in side),
                 more=True),
            mark("CPU per answer", "us", lambda side: statistics.median(run.cpu_us for run in side)),
        ]
    return found
