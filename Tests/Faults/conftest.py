# SPDX-License-Identifier: Apache-2.0
"""Fault tests use the same running copies as the end-to-end tests. Every run prints its seed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "EndToEnd"), str(TESTS.parent / "Deploy" / "Scripts"), str(TESTS / "Faults")]

from copies import real, simulated  # noqa: E402, F401 - pytest finds fixtures by their names here

from reports import add_logs  # noqa: E402

DEFAULT_SEEDS = "1"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        seeds = [int(word) for word in os.environ.get("SEED", DEFAULT_SEEDS).split(",")]
        metafunc.parametrize("seed", seeds, ids=[f"seed{seed}" for seed in seeds])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    return add_logs((yield), item)
