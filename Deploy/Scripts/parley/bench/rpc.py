# SPDX-License-Identifier: Apache-2.0
"""`rpc`: what a call and a streamed message cost over mutual TLS, beside raw C and grpc-swift-2 in the same run.

Two processes with one loop or thread each. All programs take turns in every round, and the cheapest round of each
counts, so that a neighbour's noise hits all and stays with none.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parley import build
from parley.bench import ends, grpc, load, marks
from parley.bench.ends import Phase, Program, Used
from parley.bench.marks import Mark
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import plain, say, step

OURS, RAW, GRPC, GRPC_DEFAULT = "Parley", "raw C", "grpc-swift-2", "grpc-swift-2, its own loops"
ROUNDS = 3
SECONDS = 1.0
CONNECTIONS = 1_000
STREAMS = 5_000
# How long paced streams are watched; each gets a message a second.
WATCHED_SECONDS = 6.0
MARKS = Path("Tests") / "Benchmarks" / "marks.json"


@dataclass(frozen=True)
class Cell:
    """One thing that is measured of several programs."""

    name: str
    role: str
    count: int
    connections: int = 1
    # Of these programs only; none: of all.
    only: tuple[str, ...] = ()


def _unary(count: int, connections: int) -> Cell:
    only = () if connections == 1 else (OURS, RAW, GRPC)
    return Cell(f"unary, c={count}, {connections} conn", "calls", count, connections, only)


MATRIX = [
    *[_unary(count, 1) for count in (1, 64, 512)], *[_unary(count, 4) for count in (64, 512)],
    Cell("unary, c=64, trace not sampled", "unsampled", 64, only=(OURS,)),
    Cell("VerifyKey, c=64", "verify-key", 64, only=(OURS,)),
    Cell("64 streams", "streams", 64), Cell("1000 streams", "streams", 1_000, only=(OURS, RAW, GRPC)),
]
COUNTED = [_unary(64, 1), Cell("64 streams", "streams", 64)]


@dataclass(frozen=True)
class Cost:
    """One run of one cell, in microseconds of processor time for a message."""

    per_second: float
    client_us: float
    server_us: float
    p50_us: float
    p99_us: float

    @property
    def both_us(self) -> float:
        return self.client_us + self.server_us


Costs = dict[tuple[str, str], Cost]


def measure(layout: Layout, builds: bool) -> list[Mark]:
    if builds:
        build.build(layout)
    load.allow_sockets()
    programs = [Program(OURS, layout.products / "rpc-benchmark")]
    programs.append(Program(RAW, layout.products / "rpc-benchmark", prefix="raw-"))
    theirs = grpc.program(layout)
    if theirs:
        programs += [Program(GRPC, theirs), Program(GRPC_DEFAULT, theirs, loops=0)]
    say(f"rpc: load average {os.getloadavg()[0]:.1f} before the run")
    with ends.folder_of_identities() as folder:
        costs = _matrix(programs, folder)
        plain(_table(costs))
        whole = [program for program in programs if program.name in (OURS, GRPC)]
        found = _cost_marks(costs)
        found += _each(whole, "allocations", lambda program: _allocations(layout, program, folder))
        found += _each(whole, f"memory of {CONNECTIONS:,} connections", lambda program: _connections(program, folder))
        found += _each(whole, f"{STREAMS:,} open streams", lambda program: _streams(program, folder))
    return marks.judged(found, layout.repository / MARKS)


def _matrix(programs: list[Program], folder: Path) -> Costs:
    best: Costs = {}
    for number in range(ROUNDS):
        with step(f"rpc: round {number + 1} of {ROUNDS}"):
            for cell in MATRIX:
                for program in programs:
                    if cell.only and program.name not in cell.only:
                        continue
                    try:
                        cost = _cost(program, cell, folder)
                    except Failure as failure:
                        say(f"rpc: {cell.name} of {program.name} is left out: {failure.sentence}")
                        continue
                    key = (cell.name, program.name)
                    if key not in best or cost.both_us < best[key].both_us:
                        best[key] = cost
    return best


def _cost(program: Program, cell: Cell, folder: Path) -> Cost:
    with ends.serving(program, folder) as server:
        found = ends.phases(
            program, cell.role, folder, server, count=cell.count, connections=cell.connections, seconds=SECONDS)
    begin, end = found["BEGIN"], found["END"]
    messages = end.figures["messages"]
    if messages == 0:
        raise Failure("no message came")
    return Cost(
        messages / end.figures["seconds"], (end.client.cpu_us - begin.client.cpu_us) / messages,
        (end.server.cpu_us - begin.server.cpu_us) / messages, end.figures["p50_us"], end.figures["p99_us"])


def _table(costs: Costs) -> str:
    rows = [("", "program", "per second", "p50 us", "p99 us", "client us", "server us", "both us")]
    for (cell, program), cost in sorted(costs.items(), key=lambda item: _order(item[0][0])):
        streams = cell.endswith("streams")
        rows.append((
            cell, program, f"{cost.per_second:,.0f}", "" if streams else f"{cost.p50_us:,.0f}",
            "" if streams else f"{cost.p99_us:,.0f}", f"{cost.client_us:.2f}", f"{cost.server_us:.2f}",
            f"{cost.both_us:.2f}"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) if column < 2 else cell.rjust(width)
                  for column, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in rows)


def _order(cell: str) -> int:
    return [known.name for known in MATRIX].index(cell)


def _cost_marks(costs: Costs) -> list[Mark]:
    """Ours beside each peer that was measured in the same cell."""
    found = []
    for (cell, program), cost in costs.items():
        if program != OURS:
            continue
        peers = {name: other for (where, name), other in costs.items() if where == cell and name != OURS}
        for name, peer in peers.items() or {None: None}.items():
            found.append(Mark(f"{cell}: CPU client + server", cost.both_us, "us", name, peer and peer.both_us))
            found.append(Mark(
                f"{cell}: rate", cost.per_second, "1/s", name, peer and peer.per_second, more_is_better=True))
            if not cell.endswith("streams"):
                found.append(Mark(f"{cell}: p50", cost.p50_us, "us", name, peer and peer.p50_us))
                found.append(Mark(f"{cell}: p99", cost.p99_us, "us", name, peer and peer.p99_us))
    return found


Figures = dict[str, tuple[float, str]]


def _each(programs: list[Program], title: str, work: Callable[[Program], Figures]) -> list[Mark]:
    """The same figures of ours and, where it can be had, of the peer."""
    all_of: dict[str, Figures] = {}
    for program in programs:
        with step(f"rpc: {title}, {program.name}"):
            try:
                all_of[program.name] = work(program)
            except Failure as failure:
                say(f"rpc: {title} of {program.name}: left out: {failure.sentence}")
    theirs = all_of.get(GRPC, {})
    return [
        Mark(name, value, unit, GRPC if name in theirs else None, theirs[name][0] if name in theirs else None)
        for name, (value, unit) in all_of.get(OURS, {}).items()
    ]


def _allocations(layout: Layout, program: Program, folder: Path) -> Figures:
    found: Figures = {}
    library = ends.counter(layout)
    for cell in COUNTED:
        with ends.serving(program, folder, allocations=library) as server:
            seen = ends.phases(
                program, cell.role, folder, server, count=cell.count, seconds=SECONDS, allocations=library)
        begin, end = seen["BEGIN"], seen["END"]
        for side, before, after in _sides(begin, end):
            messages = end.figures["messages"]
            found[f"{cell.name}: mallocs, {side}"] = ((after.mallocs - before.mallocs) / messages, "each")
            found[f"{cell.name}: octets asked for, {side}"] = (
                (after.malloc_octets - before.malloc_octets) / messages, "B each")
    return found


def _connections(program: Program, folder: Path) -> Figures:
    with ends.serving(program, folder) as server:
        seen = ends.phases(program, "idle", folder, server, count=CONNECTIONS)
    return {
        f"memory per idle connection, {side}": ((after.resident - before.resident) / CONNECTIONS / 1_024, "KB")
        for side, before, after in _sides(seen["BEGIN"], seen["IDLE"])
    }


def _streams(program: Program, folder: Path) -> Figures:
    with ends.serving(program, folder) as server:
        seen = ends.phases(program, "open", folder, server, count=STREAMS, seconds=WATCHED_SECONDS)
    found: Figures = {}
    for name, title in (("IDLE", "idle"), ("FLOWING", "with messages flowing")):
        for side, before, after in _sides(seen["BEGIN"], seen[name]):
            found[f"memory per open stream, {title}, {side}"] = (
                (after.resident - before.resident) / STREAMS / 1_024, "KB")
    figures = seen["FLOWING"].figures
    ideal = figures["seconds"]
    found[f"{STREAMS} paced streams: gap p50"] = (figures["p50_us"] / 1e3, "ms")
    found[f"{STREAMS} paced streams: gap p99"] = (figures["p99_us"] / 1e3, "ms")
    found[f"{STREAMS} paced streams: longest gap of any"] = (figures["worst_us"] / 1e3, "ms")
    found[f"{STREAMS} paced streams: missed by the slowest"] = (ideal - figures["fewest"], "messages")
    return found


def _sides(before: Phase, after: Phase) -> list[tuple[str, Used, Used]]:
    return [("client", before.client, after.client), ("server", before.server, after.server)]
