# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from parley import fuzz
from parley.failure import Failure
from parley.layout import REPOSITORY, Layout

# What libFuzzer prints, shortened.
SAID = """\
#2\tINITED cov: 590 ft: 591 corp: 1/1b exec/s: 0 rss: 54Mb
#40141\tDONE   cov: 3224 ft: 7963 corp: 426/4605b lim: 38 exec/s: 1911 rss: 762Mb
Done 40141 runs in 21 second(s)
stat::number_of_executed_units: 40141
stat::average_exec_per_sec:     1911
stat::new_units_added:          519
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(run=tmp_path, repository=REPOSITORY)


def test_what_the_fuzzer_says_is_read() -> None:
    outcome = fuzz.outcome("frames", SAID, 20.0, [])
    assert (outcome.executions, outcome.coverage, outcome.fresh) == (40_141, 3_224, 519)
    assert outcome.row().split() == ["frames", "40,141", "2,007", "3,224", "519", "0"]


def test_a_fuzzer_that_says_nothing_has_done_nothing() -> None:
    assert fuzz.outcome("frames", "", 1.0, []).executions == 0


def test_a_target_that_is_none_is_refused_before_anything_is_built(layout: Layout) -> None:
    with pytest.raises(Failure, match="ONLY=dreams"):
        fuzz.fuzz(layout, "dreams", 1)


def test_no_time_is_refused(layout: Layout) -> None:
    with pytest.raises(Failure, match="SECONDS=0"):
        fuzz.fuzz(layout, "", 0)


def test_the_runtime_is_the_toolchains_own() -> None:
    info = json.dumps({"paths": {"runtimeResourcePath": "/toolchain/lib/swift"}})
    machine = os.uname().machine
    assert fuzz.runtime(info) == Path(
        f"/toolchain/lib/swift/clang/lib/linux/libclang_rt.fuzzer_no_main-{machine}.a")


def test_every_target_has_its_seeds_and_its_case() -> None:
    """The names stand in three places; this keeps them the same."""
    corpus = {folder.name for folder in (REPOSITORY / "Tests" / "Fuzz" / "Corpus").iterdir()}
    source = (REPOSITORY / "Tests" / "Fuzz" / "Targets" / "FuzzTarget.swift").read_text(encoding="utf-8")
    cases = {line.split()[1] for line in source.splitlines() if line.startswith("    case ")}
    assert corpus == cases == set(fuzz.TARGETS)
