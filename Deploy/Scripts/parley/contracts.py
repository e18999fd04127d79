# SPDX-License-Identifier: Apache-2.0
"""`make proto`: the generated C and Swift, made or checked."""

from __future__ import annotations

from parley import wheels
from parley.commands import output
from parley.layout import Layout
from parley.progress import plain

GENERATOR = "Proto/Generator/generate.py"


def generate(layout: Layout) -> None:
    plain(_run(layout).strip())


def check(layout: Layout) -> None:
    """Fails when the committed files are not what the contracts say."""
    _run(layout, "--check")


def _run(layout: Layout, *options: str) -> str:
    python = wheels.tools(layout) / "python"
    return output([str(python), "-B", GENERATOR, *options], cwd=layout.repository)
