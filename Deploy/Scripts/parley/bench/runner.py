# SPDX-License-Identifier: Apache-2.0
"""Which benchmarks there are: each answers with its marks, which are printed and kept in `.run/bench/<name>.json`."""

from __future__ import annotations

import os
from collections.abc import Callable

from parley.bench import chain, fleet, marks, rpc, stream, worker
from parley.bench.marks import Mark
from parley.failure import Failure
from parley.layout import REPOSITORY, Layout
from parley.progress import plain, step

# Given where things lie and whether to build first.
BENCHMARKS: dict[str, Callable[[Layout, bool], list[Mark]]] = {
    "rpc": rpc.measure,
    "chain": chain.measure,
    "stream": stream.measure,
    "worker": worker.measure,
    "fleet": fleet.measure,
}
RESULTS = REPOSITORY / ".run" / "bench"


def bench(layout: Layout, only: str, *, builds: bool) -> None:
    """Runs all of them, or the one named `only`."""
    if only and only not in BENCHMARKS:
        raise Failure(f"ONLY={only} is no benchmark", advice=f"use one of: {', '.join(BENCHMARKS)}")
    for name, measure in BENCHMARKS.items():
        if only in ("", name):
            with step(f"bench: {name}"):
                found = measure(layout, builds)
            file = RESULTS / f"{name}.json"
            marks.write(file, found)
            plain(marks.table(found))
            plain(f"written to {file.relative_to(REPOSITORY)}")
            insist(found)


def insist(found: list[Mark]) -> None:
    """With STRICT=1 a mark that is not reached is a failure; without, a noisy machine fails nobody."""
    missed = [mark.mark for mark in found if mark.reached is False]
    if os.environ.get("STRICT") == "1" and missed:
        raise Failure(f"not reached: {'; '.join(missed)}")
