# SPDX-License-Identifier: Apache-2.0
"""Progress lines: what is being done now, for how long, and that it is still alive."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# The first moment of this command; every line tells the time since then.
_STARTED = time.monotonic()


def say(text: str) -> None:
    """Prints one line at once, with the seconds since the command began."""
    print(f"[{time.monotonic() - _STARTED:6.1f} s] {text}", flush=True)


def plain(text: str = "") -> None:
    print(text, flush=True)


def warn(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announces a step and tells how long it took. A failed step is told by whoever reports the failure."""
    say(f"{title} …")
    began = time.monotonic()
    yield
    say(f"{title}: done in {time.monotonic() - began:.1f} s")
