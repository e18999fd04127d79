# SPDX-License-Identifier: Apache-2.0
"""Builds the Swift package. One configuration serves tests and running, so that nothing is compiled twice."""

from __future__ import annotations

import os

from parley import engine
from parley.commands import output, run_logged
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import plain, step

# Release, because what is tested should be what runs and the tests of the protocol are ten times slower without it.
# No debug information: it doubles the linking time of fourteen executables. The import check turns a dependency that
# Package.swift does not declare into an error.
FLAGS = [
    "-c", "release", "-debug-info-format", "none", "--explicit-target-dependency-import-check", "error",
]

ERRORS_SHOWN = 20


def environment(layout: Layout) -> dict[str, str]:
    """Where pkg-config finds the engine when it could not be installed for the whole machine."""
    if engine.prefix(layout).is_relative_to(layout.repository):
        return {"PKG_CONFIG_PATH": engine.pkg_config_path(layout)}
    return {}


def flags(layout: Layout) -> list[str]:
    """The flags of every build and test run; SWIFT_FLAGS adds to them, for images that link Swift's library in."""
    extra = os.environ.get("SWIFT_FLAGS", "").split()
    if not environment(layout):
        return FLAGS + extra
    # An engine below the clone is not in the loader's path; the executables are told where it lies.
    return [*FLAGS, *extra, "-Xlinker", "-rpath", "-Xlinker", str(engine.prefix(layout) / "lib")]


def build(layout: Layout, *, tests: bool = False) -> None:
    """Builds the fourteen executables, and with `tests` every test beside them."""
    output(["swift", "--version"], advice="install a Swift 6.2 or newer toolchain, see https://swift.org/install")
    title = "build: Swift, release" + (" with tests" if tests else "")
    log = layout.cache / "logs" / "swift-build.log"
    command = ["swift", "build", *flags(layout), *(["--build-tests"] if tests else [])]
    with step(title):
        try:
            run_logged(command, log, env=environment(layout), cwd=layout.repository)
        except Failure:
            # The errors, wherever they stand between the lines of two compilers at work.
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            for line in list(dict.fromkeys(line for line in lines if "error:" in line))[:ERRORS_SHOWN]:
                plain(f"  {line}")
            raise
