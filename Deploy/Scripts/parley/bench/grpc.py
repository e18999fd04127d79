# SPDX-License-Identifier: Apache-2.0
"""grpc-swift-2, the peer of `rpc`: a package of its own, built on first use and left out where it cannot be built."""

from __future__ import annotations

from pathlib import Path

from parley.commands import run_logged
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import say, step

PACKAGE = Path("Tests") / "Benchmarks" / "GRPC"
PRODUCT = "grpc-benchmark"
# Ten minutes on two cores that do nothing else.
SECONDS = 1_800.0


def program(layout: Layout) -> Path | None:
    """The built program, or None and a line that says why."""
    scratch = layout.repository / ".build" / PRODUCT
    log = layout.cache / "logs" / f"{PRODUCT}.log"
    command = [
        "swift", "build", "-c", "release", "-debug-info-format", "none", "--scratch-path", str(scratch), "--product",
        PRODUCT]
    try:
        with step("rpc: build grpc-swift-2 (the first time about ten minutes)"):
            run_logged(command, log, cwd=layout.repository / PACKAGE, seconds=SECONDS)
    except Failure as failure:
        say(f"rpc: grpc-swift-2 is left out: {failure.sentence}; see {log}")
        return None
    return scratch / "release" / PRODUCT
