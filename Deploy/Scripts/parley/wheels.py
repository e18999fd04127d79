# SPDX-License-Identifier: Apache-2.0
"""Files from PyPI, through pip so that a configured mirror and proxy are honoured, checked by their SHA-256."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from parley.commands import output, run_logged
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import step

NETWORK_ADVICE = "check the network and pip's settings (`pip config list`), then repeat"


@dataclass(frozen=True)
class Download:
    requirement: str
    file: str
    sha256: str


def venv(layout: Layout) -> Path:
    """The Python environment of the front door, made on first use; Debian's own Python is left alone."""
    folder = layout.cache / "venv"
    if not (folder / "bin" / "pip").exists():
        output([sys.executable, "-m", "venv", str(folder)], advice="run `make install`: python3-venv is missing")
    return folder


def tools(layout: Layout) -> Path:
    """The same environment with the tools of `requirements.txt` in it; answers with its folder of programs."""
    folder = venv(layout)
    wanted = layout.deploy / "Scripts" / "requirements.txt"
    stamp = folder / "requirements.sha256"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != digest(wanted):
        with step("Python tools: install"):
            run_logged([
                str(folder / "bin" / "pip"), "install", "--disable-pip-version-check", "-r", str(wanted)],
                layout.cache / "logs" / "pip-install.log", advice=NETWORK_ADVICE)
        stamp.write_text(digest(wanted), encoding="utf-8")
    return folder / "bin"


def fetch(layout: Layout, wanted: Download, folder: Path, *, source_only: bool = False) -> Path:
    """The wanted file inside `folder`, downloaded unless it is there and whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / wanted.file
    if path.exists() and digest(path) == wanted.sha256:
        return path
    path.unlink(missing_ok=True)
    pip = [str(venv(layout) / "bin" / "pip"), "download", "--disable-pip-version-check", "--no-deps"]
    if source_only:
        # Of this package alone: the tools that pip needs to look at it may come as wheels.
        pip += ["--no-binary", wanted.requirement.partition("==")[0]]
    log = folder / f"{wanted.file}.log"
    run_logged([*pip, "-d", str(folder), wanted.requirement], log, advice=NETWORK_ADVICE)
    if not path.exists():
        raise Failure(f"pip did not leave {wanted.file}", log=log, advice=NETWORK_ADVICE)
    if digest(path) != wanted.sha256:
        path.unlink()
        raise Failure(
            f"{wanted.file} is not the file this version of Parley was tested with",
            advice="repeat; if it stays, do not go on: the package index serves something else")
    log.unlink(missing_ok=True)
    return path


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
