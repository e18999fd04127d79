# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition, with an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from parley.failure import Failure

# Short enough that a fast start is not slowed, long enough that waiting costs nothing.
POLL_SECONDS = 0.1


def wait_until(
    condition: Callable[[], bool], seconds: float, what: str, *, log: Path | None = None, advice: str = "",
) -> None:
    """Polls until the condition holds; after `seconds` it is a failure that says what was waited for."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            raise Failure(f"waited {seconds:.0f} s in vain until {what}", log=log, advice=advice)
        time.sleep(POLL_SECONDS)
