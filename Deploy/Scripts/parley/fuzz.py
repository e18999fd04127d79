# SPDX-License-Identifier: Apache-2.0
"""`make fuzz`: builds the fuzz driver and lets libFuzzer loose on each target (Docs/Decisions/0041)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from parley import build
from parley.commands import output, run_logged
from parley.failure import Failure, last_lines
from parley.layout import Layout
from parley.progress import plain, say, step

# As in `FuzzTarget`, with the longest input each is given: long enough for whatever a target can be made to do, short
# enough that a mutation still matters.
TARGETS = {"frames": 512, "floods": 64, "schedules": 256, "messages": 2_048, "pieces": 1_024, "requests": 2_048,
           "upstreams": 2_048}
# Half a minute takes the slowest input by far; a longer one does not end.
INPUT_SECONDS = 30
# What a target may need at most; the sanitizer's own share is about 300 MiB.
MEMORY_MIB = 2_048
HEARTBEAT_SECONDS = 10.0
BUILD_SECONDS = 3_600.0


@dataclass(frozen=True)
class Outcome:
    """What one target's run has shown."""

    target: str
    executions: int
    seconds: float
    coverage: int
    fresh: int
    crashes: list[Path]

    def row(self) -> str:
        rate = self.executions / max(self.seconds, 0.001)
        return (
            f"{self.target:10} {self.executions:12,} {rate:10,.0f} {self.coverage:9,} {self.fresh:11,}"
            f" {len(self.crashes):9}")


HEADING = f"{'target':10} {'executions':>12} {'per s':>10} {'coverage':>9} {'new inputs':>11} {'findings':>9}"


def fuzz(layout: Layout, only: str, seconds: int) -> None:
    """Fuzzes all targets, or the one named `only`, for so many seconds each."""
    if only and only not in TARGETS:
        raise Failure(f"ONLY={only} is nothing that is fuzzed", advice=f"use one of: {', '.join(TARGETS)}")
    if seconds < 1:
        raise Failure(f"SECONDS={seconds} is no time", advice="use a number of seconds above zero")
    driver = _build(layout)
    outcomes = []
    for target in TARGETS:
        if only in ("", target):
            with step(f"fuzz: {target} for {seconds} s"):
                outcomes.append(_run(layout, driver, target, seconds))
    plain(HEADING)
    for outcome in outcomes:
        plain(outcome.row())
    crashes = [crash for outcome in outcomes for crash in outcome.crashes]
    if crashes:
        for outcome in outcomes:
            for crash in outcome.crashes:
                plain(f"  again: PARLEY_FUZZ_TARGET={outcome.target} {driver} {crash}")
        raise Failure(
            f"{len(crashes)} inputs have found something",
            advice="mend it, keep the input as Tests/Fuzz/Corpus/<target>/found-<what>, see Docs/Testing.md")


def runtime(target_info: str) -> Path:
    """libFuzzer as a library without `main`, which comes with the toolchain, whose own clang is beside the compiler."""
    resources = Path(json.loads(target_info)["paths"]["runtimeResourcePath"])
    return resources / "clang" / "lib" / "linux" / f"libclang_rt.fuzzer_no_main-{os.uname().machine}.a"


def _build(layout: Layout) -> Path:
    """Builds the driver alone, beside the ordinary build and with flags of its own (`PARLEY_FUZZ` in Package.swift)."""
    library = runtime(output(["swiftc", "-print-target-info"]))
    if not library.exists():
        raise Failure(f"this toolchain has no libFuzzer: {library} is missing", advice="use one from https://swift.org")
    scratch = layout.repository / ".build" / "fuzz"
    command = [
        "swift", "build", "-c", "release", "--scratch-path", str(scratch), "--product", "fuzz-driver",
        "--explicit-target-dependency-import-check", "error",
        # libFuzzer is written in C++.
        "-Xlinker", str(library), "-Xlinker", "-lstdc++"]
    with step("fuzz: build the driver, with coverage and the address sanitizer"):
        run_logged(
            command, layout.cache / "logs" / "fuzz-build.log", env={"PARLEY_FUZZ": "1", **build.environment(layout)},
            cwd=layout.repository, seconds=BUILD_SECONDS)
    return scratch / "release" / "fuzz-driver"


def _run(layout: Layout, driver: Path, target: str, seconds: int) -> Outcome:
    """One target: the inputs found so far lie under `.run/fuzz` and grow from run to run."""
    folder = layout.run / "fuzz" / target
    corpus, crashes, log = folder / "corpus", folder / "findings", folder / "log.txt"
    for needed in (corpus, crashes):
        needed.mkdir(parents=True, exist_ok=True)
    known = set(crashes.iterdir())
    command = [
        str(driver), f"-max_total_time={seconds}", f"-max_len={TARGETS[target]}", f"-timeout={INPUT_SECONDS}",
        f"-rss_limit_mb={MEMORY_MIB}", f"-artifact_prefix={crashes}/", "-len_control=20", "-print_final_stats=1",
        str(corpus), str(layout.repository / "Tests" / "Fuzz" / "Corpus" / target)]
    began = time.monotonic()
    with log.open("wb") as sink:
        child = subprocess.Popen(
            command, env=_environment(target), stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT)
        try:
            _wait(child, log, seconds)
        except BaseException:
            child.kill()
            child.wait()
            raise
    text = log.read_text(encoding="utf-8", errors="replace")
    found = sorted(set(crashes.iterdir()) - known)
    if child.returncode != 0 and not found:
        raise Failure(f"the fuzzer of {target} ended with status {child.returncode}", log=log)
    for line in text.splitlines():
        if "Fatal error:" in line or "SUMMARY:" in line:
            plain(f"  {line}")
    return outcome(target, text, time.monotonic() - began, found)


def outcome(target: str, text: str, seconds: float, crashes: list[Path]) -> Outcome:
    """Reads what libFuzzer says of itself."""
    coverage = re.findall(r"cov: (\d+)", text)
    return Outcome(
        target, executions=_statistic(text, "number_of_executed_units"), seconds=seconds,
        coverage=int(coverage[-1]) if coverage else 0, fresh=_statistic(text, "new_units_added"), crashes=crashes)


def _statistic(text: str, name: str) -> int:
    found = re.search(rf"stat::{name}:\s+(\d+)", text)
    return int(found.group(1)) if found else 0


def _wait(child: subprocess.Popen[bytes], log: Path, seconds: int) -> None:
    """Waits for the fuzzer and says where it stands. It ends by itself; when it does not, that is a failure."""
    began = time.monotonic()
    while True:
        try:
            child.wait(HEARTBEAT_SECONDS)
            return
        except subprocess.TimeoutExpired:
            newest = next((line for line in reversed(last_lines(log, 20)) if "cov:" in line), "")
            say(f"  … {newest.strip()[:96]}")
        if time.monotonic() - began > seconds + 4 * INPUT_SECONDS + 60:
            raise Failure("the fuzzer does not end", log=log)


def _environment(target: str) -> dict[str, str]:
    """Hashing as in the run before, so that an input means the same; and no backtraces of Swift's own, which trip over
    the sanitizer. Freed memory is watched for a little while only: the default of 256 MiB tells less per second."""
    return {
        **os.environ, "PARLEY_FUZZ_TARGET": target, "SWIFT_DETERMINISTIC_HASHING": "1",
        "SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "quarantine_size_mb=16"}
