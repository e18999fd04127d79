# SPDX-License-Identifier: Apache-2.0
"""`make sanitize`: the tests of the protocol under the thread and the address sanitizer."""

from __future__ import annotations

from parley import build
from parley.commands import run_logged
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import plain, step

# As the compiler calls them. Each has a build of its own, of debug code: there the checks of exclusive access and of
# overflow are on too, and the optimiser has not removed what is looked for.
KINDS = ("thread", "address")
# What shares memory between threads or owns it by hand, below the services.
TARGETS = ("WireTests", "TLSTests", "RPCTests", "TransportTests")
BUILD_SECONDS = 3_600.0
TEST_SECONDS = 1_800.0
# A finding ends the process with this status, whatever the tests say.
STATUS = 66
# Swift's runtime keeps metadata until the process ends, and event loops live as long as it: leaks are looked for by the
# tests that count memory. Backtraces of Swift's own trip over the sanitizer.
ENVIRONMENT = {
    "thread": {"TSAN_OPTIONS": f"exitcode={STATUS}:halt_on_error=0"},
    "address": {"ASAN_OPTIONS": f"exitcode={STATUS}:detect_leaks=0:quarantine_size_mb=16"},
}
FINDINGS_SHOWN = 20


def sanitize(layout: Layout, only: str) -> None:
    """Builds and runs the tests under both sanitizers, or under the one named `only`."""
    if only and only not in KINDS:
        raise Failure(f"ONLY={only} is no sanitizer", advice=f"use one of: {', '.join(KINDS)}")
    for kind in KINDS:
        if only in ("", kind):
            with step(f"sanitize: {kind}"):
                _run(layout, kind)


def flags(layout: Layout, kind: str) -> list[str]:
    """A scratch folder of its own, so that the ordinary build stays as it is."""
    return [
        f"--sanitize={kind}", "--scratch-path", str(layout.repository / ".build" / kind),
        "--explicit-target-dependency-import-check", "error"]


def environment(layout: Layout, kind: str) -> dict[str, str]:
    return {
        **build.environment(layout), **ENVIRONMENT[kind], "PARLEY_ONLY": ",".join(TARGETS),
        "SWIFT_BACKTRACE": "enable=no"}


def findings(text: str) -> list[str]:
    """The lines in which a sanitizer sums up what it has found, each once."""
    return list(dict.fromkeys(line for line in text.splitlines() if line.startswith("SUMMARY: ")))


def _run(layout: Layout, kind: str) -> None:
    logs = layout.cache / "logs"
    chosen, surroundings = flags(layout, kind), environment(layout, kind)
    run_logged(
        ["swift", "build", *chosen, "--build-tests"], logs / f"sanitize-{kind}-build.log", env=surroundings,
        cwd=layout.repository, seconds=BUILD_SECONDS)
    log = logs / f"sanitize-{kind}.log"
    command = ["swift", "test", *chosen, "--skip-build", "--disable-xctest", "--no-parallel"]
    try:
        run_logged(command, log, env=surroundings, cwd=layout.repository, seconds=TEST_SECONDS)
    except Failure:
        for line in findings(log.read_text(encoding="utf-8", errors="replace"))[:FINDINGS_SHOWN]:
            plain(f"  {line}")
        raise
