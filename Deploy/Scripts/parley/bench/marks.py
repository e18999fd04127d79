# SPDX-License-Identifier: Apache-2.0
"""One measured figure, and how all of a run are shown and kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

SIGNIFICANT_DIGITS = 3


@dataclass(frozen=True)
class Mark:
    """A figure of ours, and the same of one peer where a peer has it."""

    mark: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    # What the design asks for, as it is shown to people: "<= 400".
    wanted: str = ""
    # Rates are better when higher; times, processor time and memory when lower.
    more_is_better: bool = False
    # Whether what is wanted was got; nothing where nothing is wanted or nobody judged.
    reached: bool | None = None

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; below one: worse."""
        if not self.peer_value or not self.value:
            return None
        return self.value / self.peer_value if self.more_is_better else self.peer_value / self.value


def table(marks: list[Mark]) -> str:
    rows = [("mark", "value", "unit", "wanted", "peer", "peer's", "ratio", "")]
    rows += [
        (mark.mark, _short(mark.value), mark.unit, mark.wanted, mark.peer or "", _short(mark.peer_value),
         _short(mark.ratio), {None: "", True: "reached", False: "not reached"}[mark.reached])
        for mark in marks
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    # Words to the left, numbers to the right.
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in (1, 5, 6) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in rows)


def write(file: Path, marks: list[Mark]) -> None:
    """Writes what programs read: the list that the front door promises, nothing else."""
    found = [
        {
            "mark": mark.mark, "value": _rounded(mark.value), "unit": mark.unit, "peer": mark.peer,
            "peer_value": _rounded(mark.peer_value), "ratio": _rounded(mark.ratio),
            **({} if mark.reached is None else {"wanted": mark.wanted, "reached": mark.reached}),
        }
        for mark in marks
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def judged(found: list[Mark], file: Path) -> list[Mark]:
    """The same marks, those that `file` wants something of with what it wants and whether they reach it."""
    wanted = json.loads(file.read_text(encoding="utf-8"))
    return [
        next((_judge(mark, bound) for bound in wanted
              if bound["mark"] == mark.mark and bound.get("peer") in (None, mark.peer)), mark)
        for mark in found
    ]


def _judge(mark: Mark, bound: dict[str, Any]) -> Mark:
    texts, verdicts = [], []
    if "ratio_at_least" in bound:
        texts.append(f"ratio >= {bound['ratio_at_least']:g}")
        verdicts.append(mark.ratio is not None and mark.ratio >= bound["ratio_at_least"])
    if "at_most" in bound:
        texts.append(f"<= {bound['at_most']:g}")
        verdicts.append(mark.value <= bound["at_most"])
    if "at_least" in bound:
        texts.append(f">= {bound['at_least']:g}")
        verdicts.append(mark.value >= bound["at_least"])
    return replace(mark, wanted=", ".join(texts), reached=all(verdicts))


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.{SIGNIFICANT_DIGITS}g}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
