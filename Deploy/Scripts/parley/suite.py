# SPDX-License-Identifier: Apache-2.0
"""`make test`: every level in the order of its price, so that a cheap mistake is told first."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable

from parley import build, contracts, engine, formatting, models, wheels
from parley.commands import run_logged
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import plain, say, step

# A failing Swift test prints lines with this mark; all of them are shown, up to a bound.
SWIFT_FAILURE_MARK = "✘"
FAILURES_SHOWN = 60
SWIFT_TEST_SECONDS = 900.0
END_TO_END_SECONDS = 1_500.0


def test(layout: Layout, only: str) -> None:
    """Runs all levels, or the one named `only`."""
    levels: dict[str, Callable[[Layout], str]] = {
        "lint": _lint, "proto": _proto, "compose": _compose, "frontdoor": _front_door, "swift": _swift,
        "endtoend": _end_to_end, "faults": _faults,
    }
    if only and only not in levels:
        raise Failure(f"ONLY={only} is no level", advice=f"use one of: {', '.join(levels)}")
    began = time.monotonic()
    summary = []
    for name, level in levels.items():
        if only in ("", name):
            with step(f"test: {name}"):
                summary.append((name, level(layout)))
    plain()
    for name, result in summary:
        plain(f"{name:10} {result}")
    say(f"make test: all {len(summary)} levels passed in {time.monotonic() - began:.0f} s")


def _lint(layout: Layout) -> str:
    formatting.lint(layout)
    return "well formed"


def _proto(layout: Layout) -> str:
    contracts.check(layout)
    return f"generated code is fresh; {_pytest(layout, 'Tests/Contract', 120.0)}"


def _compose(layout: Layout) -> str:
    """Reads docker-compose.yml with Docker's own program; no engine is asked."""
    run_logged(
        [str(wheels.tools(layout) / "docker-compose"), "-f", "docker-compose.yml", "config", "--quiet"],
        layout.cache / "logs" / "compose.log", cwd=layout.repository)
    return "docker-compose.yml is valid"


def _front_door(layout: Layout) -> str:
    return _pytest(layout, "Tests/FrontDoor", 120.0)


def _swift(layout: Layout) -> str:
    """Unit, contract, integration and House tests, built together with the executables."""
    # Some tests ask Python's protobuf whether it reads the same.
    wheels.tools(layout)
    engine.install(layout)
    models.fetch(layout)
    build.build(layout, tests=True)
    models.make_ready(layout)
    log = layout.cache / "logs" / "swift-test.log"
    # One after another: side by side, seven hundred tests with deadlines share two cores and one Postgres with two
    # hundred connections, and what fails then is the machine.
    command = ["swift", "test", *build.flags(layout), "--skip-build", "--disable-xctest", "--no-parallel"]
    try:
        run_logged(command, log, env=build.environment(layout), cwd=layout.repository, seconds=SWIFT_TEST_SECONDS)
    except Failure:
        text = log.read_text(encoding="utf-8", errors="replace")
        for line in [line for line in text.splitlines() if SWIFT_FAILURE_MARK in line][:FAILURES_SHOWN]:
            plain(f"  {line}")
        for name in _unfinished(text):
            plain(f"  not finished: {name}")
        raise
    return _last(log.read_text(encoding="utf-8", errors="replace"), "Test run with")


def _end_to_end(layout: Layout) -> str:
    return _pytest(layout, "Tests/EndToEnd", END_TO_END_SECONDS)


def _faults(layout: Layout) -> str:
    """Kills every process once under load. `SEED=1,2,3` chooses other moments; the default is one seed."""
    return _pytest(layout, "Tests/Faults", END_TO_END_SECONDS)


def _pytest(layout: Layout, folder: str, seconds: float) -> str:
    """Runs pytest with its output in view: end-to-end tests are slow and a person wants to see which one runs."""
    command = [
        str(wheels.tools(layout) / "python"), "-B", "-m", "pytest", "-p", "no:cacheprovider", "--tb=short",
        "--durations=5", "-v", folder]
    try:
        done = subprocess.run(command, cwd=layout.repository, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{folder} did not finish within {seconds:.0f} s") from error
    if done.returncode != 0:
        raise Failure(f"{folder}: some tests failed (status {done.returncode})")
    return f"{folder} passed"


def _unfinished(text: str) -> list[str]:
    """Tests that began and never ended: where a run stood when its time was over, or what took it down."""
    began = re.findall(r"◇ Test (\S+) started", text)
    ended = set(re.findall(r"[✔✘] Test (\S+) (?:with .*)?(?:passed|failed)", text))
    return [name for name in began if name not in ended]


def _last(text: str, mark: str) -> str:
    found = [line.strip() for line in text.splitlines() if mark in line]
    return found[-1] if found else "passed"
