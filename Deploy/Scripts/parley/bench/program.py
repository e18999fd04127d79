# SPDX-License-Identifier: Apache-2.0
"""Benchmarks that are programs of their own, in Swift: they write their marks themselves."""

from __future__ import annotations

from parley import build, supervisor
from parley.bench import marks
from parley.bench.marks import Mark
from parley.commands import output
from parley.layout import REPOSITORY, Layout

# Bounded like all benchmarks, with room for a loaded machine.
SECONDS = 300.0


def measure(layout: Layout, product: str, name: str, *, builds: bool) -> list[Mark]:
    """Runs the program from the repository's root, where it writes `.run/bench/<name>.json`."""
    if builds:
        build.build(layout)
    file = REPOSITORY / ".run" / "bench" / f"{name}.json"
    file.unlink(missing_ok=True)
    # As the services run, whose costs it measures.
    output(
        [str(layout.products / product)], env=supervisor.ALLOCATOR, cwd=REPOSITORY, seconds=SECONDS,
        advice="run `make build`")
    return marks.read(file)
