# SPDX-License-Identifier: Apache-2.0
"""What every end-to-end test may use: a running copy, and the services' last words when a test fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "Deploy" / "Scripts")]

from copies import fronted, publishing, real, simulated  # noqa: E402, F401 - pytest finds fixtures by their names here

from internal import who  # noqa: E402, F401

from reports import add_logs  # noqa: E402


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    return add_logs((yield), item)
