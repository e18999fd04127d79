# SPDX-License-Identifier: Apache-2.0
"""The one way a step fails: a sentence, what to do about it, and the log to look at."""

from __future__ import annotations

from pathlib import Path

# Enough to hold a compiler's error with its context; the whole log is named beside it.
LOG_LINES_SHOWN = 30


class Failure(Exception):
    """A step that did not succeed, told to a person: what happened, what to do, where the log is."""

    def __init__(self, sentence: str, *, advice: str = "", log: Path | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice
        self.log = log

    def report(self) -> str:
        lines = [f"FAILED: {self.sentence}"]
        if self.log is not None and self.log.exists():
            lines.append(f"  last lines of {self.log}:")
            lines += [f"    {line}" for line in last_lines(self.log, LOG_LINES_SHOWN)]
        if self.advice:
            lines.append(f"  what to do: {self.advice}")
        return "\n".join(lines)


def last_lines(path: Path, count: int) -> list[str]:
    """The end of a log, read from its last 64 KiB only: logs grow to ten megabytes."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 65_536))
        text = file.read().decode("utf-8", "replace")
    return text.splitlines()[-count:]
