# SPDX-License-Identifier: Apache-2.0
"""Small pieces that all writers of Swift share: headers, doc comments, wrapped argument lists."""

from __future__ import annotations

import itertools
import textwrap

WIDTH = 120


def header(*sources: str) -> list[str]:
    lines = ["// SPDX-License-Identifier: Apache-2.0"]
    origin = " and ".join(f"Proto/{source}" for source in sources) if sources else "every file under Proto"
    return lines + [f"// Made by Proto/Generator from {origin}. Do not edit: run `make proto`.", ""]


def doc_comment(doc: list[str], indent: str = "") -> list[str]:
    """The proto's comment as Swift's. Line breaks are kept, unless a paragraph has a line that grew too long."""
    room = WIDTH - len(indent) - 4
    out: list[str] = []
    for is_blank, group in itertools.groupby(doc, key=lambda line: not line.strip()):
        lines = list(group)
        if is_blank:
            lines = [""]
        elif any(len(line) > room for line in lines):
            lines = textwrap.wrap(" ".join(lines), room, break_long_words=False, break_on_hyphens=False)
        out += [f"{indent}/// {line}".rstrip() for line in lines]
    return out


def call_like(head: str, arguments: list[str], tail: str, indent: str = "") -> list[str]:
    """`head(arguments)tail` on one line where it fits, else the arguments on lines of their own."""
    one_line = f"{indent}{head}({', '.join(arguments)}){tail}"
    if len(one_line) <= WIDTH:
        return [one_line]
    lines: list[str] = []
    for index, argument in enumerate(arguments):
        piece = argument + ("," if index < len(arguments) - 1 else "")
        if lines and len(indent) + 4 + len(lines[-1]) + 1 + len(piece) <= WIDTH:
            lines[-1] += " " + piece
        else:
            lines.append(piece)
    return [f"{indent}{head}("] + [f"{indent}    {line}" for line in lines] + [f"{indent}){tail}"]
