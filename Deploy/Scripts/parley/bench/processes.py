# SPDX-License-Identifier: Apache-2.0
"""What processes used, as the kernel counts it in /proc: processor time and resident memory, children included."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class _Line:
    """The numbers of /proc/<pid>/stat that matter here (man 5 proc)."""

    parent: int
    ticks: int


def processor_seconds(roots: Mapping[str, int]) -> dict[str, float]:
    """User and system time of each process and all below it, those that ended and were collected too."""
    lines = _lines()
    return {
        name: sum(lines[pid].ticks for pid in tree(lines, root) if pid in lines) / _TICK
        for name, root in roots.items()
    }


def resident_bytes(roots: Mapping[str, int]) -> dict[str, int]:
    """Resident memory of each process alone; what children share with it would be counted twice."""
    return {name: _resident(pid) for name, pid in roots.items()}


def used_while(roots: Mapping[str, int], work: Callable[[], _Result]) -> tuple[_Result, dict[str, float]]:
    """What `work` answers, and the processor seconds that went by in each of the processes meanwhile."""
    before = processor_seconds(roots)
    result = work()
    after = processor_seconds(roots)
    return result, {name: after[name] - before[name] for name in roots}


def by_service(figures: Mapping[str, float]) -> dict[str, float]:
    """Adds up the processes of one service: `auth-1` and `auth-2` are `auth`."""
    found: dict[str, float] = {}
    for name, value in figures.items():
        stem, _, number = name.rpartition("-")
        service = stem if number.isdigit() else name
        found[service] = found.get(service, 0.0) + value
    return found


def tree(lines: Mapping[int, _Line], root: int) -> Iterable[int]:
    children: dict[int, list[int]] = {}
    for pid, line in lines.items():
        children.setdefault(line.parent, []).append(pid)
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, [])


def _lines() -> dict[int, _Line]:
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue  # It ended while we looked.
            # The name in parentheses may hold anything, so the numbers are counted from behind it.
            words = text.rpartition(")")[2].split()
            found[int(entry.name)] = _Line(parent=int(words[1]), ticks=sum(int(word) for word in words[11:15]))
    return found


def _resident(pid: int) -> int:
    for line in (PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1_024
    return 0
