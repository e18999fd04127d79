# SPDX-License-Identifier: Apache-2.0
"""Every call of the contracts under Proto: its number, and who may make it."""

from __future__ import annotations

import functools
import sys

from parley import table
from parley.layout import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "Proto" / "Generator"))

from generate import PROTO, read_contract  # noqa: E402
from rpc_comments import CALLERS, Call  # noqa: E402

__all__ = ["CALLERS", "Call", "everything", "of_service"]


def of_service(name: str) -> list[Call]:
    """The calls that one service answers, its admin tool's among them."""
    return _by_service()[name]


def everything() -> list[Call]:
    return [call for served in _by_service().values() for call in served]


@functools.cache
def _by_service() -> dict[str, list[Call]]:
    files, _ = read_contract(PROTO, set())
    names = {service.name.replace("-", ""): service.name for service in table.services()}
    found: dict[str, list[Call]] = {name: [] for name in names.values()}
    for file in files:
        for service in file.services:
            found[names[file.folder]] += service.calls
    return found
