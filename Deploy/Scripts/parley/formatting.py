# SPDX-License-Identifier: Apache-2.0
"""`make lint` and `make format`, with the formatter that comes with the toolchain; generated code is left alone."""

from __future__ import annotations

import subprocess

from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import plain


def lint(layout: Layout) -> None:
    files = _files(layout)
    command = ["swift", "format", "lint", "--strict", "--parallel", *files]
    done = subprocess.run(command, cwd=layout.repository, check=False)
    if done.returncode != 0:
        raise Failure("the format of some Swift files is not ours", advice="`make format` mends most of it")
    plain(f"lint: {len(files)} Swift files are well formed")


def format_all(layout: Layout) -> None:
    subprocess.run(
        ["swift", "format", "format", "--in-place", "--parallel", *_files(layout)], cwd=layout.repository, check=True)


def _files(layout: Layout) -> list[str]:
    listed = output(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.swift"], cwd=layout.repository)
    return [
        file for file in listed.splitlines() if "/Generated/" not in file and (layout.repository / file).exists()]
