# SPDX-License-Identifier: Apache-2.0
"""Small pieces that all writers of Swift share: headers, doc comments, wrapped argument lists."""

from __future__ import annotations

import textwrap

WIDTH = 120


def header(*sources: str) -> list[str]:
    lines = ["// SPDX-License-Identifier: Apache-2.0"]
    origin = " and ".join(f"Proto/{source}" for source in sources) if sources else "every file under Proto"
    return lines + [f"// Made by Proto/Generator from {origin}. Do not edit: run `make proto`.", ""]


def doc_comment(doc: list[str], indent: str = "") -> list[str]:
    """The proto's comment as Swift's. Line breaks are kept; only a line that grew too long is wrapped."""
    out: list[str] = []
    for line in doc:
        pieces = textwrap.wrap(line, WIDTH - len(indent) - 4, break_long_words=False) or [""]
        out += [f"{indent}/// {piece}".rstrip() for piece in pieces]
    return out


def call_like(head: str, arguments: list[str], tail: str, indent: str = "") -> list[str]:
    """`head(arguments)tail` on one line where it fits, else the arguments on lines of their own."""
    one_line = f"{indent}{head}({', '.join(arguments)}){tail}"
    if len(one_line) <= WIDTH:
        return [one_line]
    joined = ", ".join(arguments)
    wrapped = textwrap.wrap(joined, WIDTH - len(indent) - 4, break_long_words=False, break_on_hyphens=False)
    return [f"{indent}{head}("] + [f"{indent}    {line}" for line in wrapped] + [f"{indent}){tail}"]
