# SPDX-License-Identifier: Apache-2.0
"""One `up` or `down` of a copy at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from parley.failure import Failure
from parley.layout import Layout


@contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    layout.run.mkdir(parents=True, exist_ok=True)
    with (layout.run / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failure(f"another command is at work on {layout.run}", advice="wait for it, then repeat") from error
        yield
