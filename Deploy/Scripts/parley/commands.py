# SPDX-License-Identifier: Apache-2.0
"""Other programs: run them, keep what they say in a log, show that they are alive."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from parley.failure import Failure, last_lines
from parley.progress import say

# A person watching a long build wants a sign of life; more often than this, a CI log becomes unreadable.
HEARTBEAT_SECONDS = 10.0
# One terminal line, less the time stamp in front of it.
HEARTBEAT_WIDTH = 96


def output(
    argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, text: str | None = None,
    seconds: float = 120.0, advice: str = "",
) -> str:
    """The standard output of a short command; its error output becomes the failure's sentence."""
    try:
        done = subprocess.run(
            list(argv), env=_environment(env), cwd=cwd, input=text, capture_output=True, text=True, timeout=seconds,
            check=False)
    except FileNotFoundError as error:
        raise Failure(f"{argv[0]} is not installed", advice=advice or "run `make install`") from error
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{_name(argv)} did not finish within {seconds:.0f} s", advice=advice) from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-2_000:]
        raise Failure(f"{_name(argv)} ended with status {done.returncode}: {said}", advice=advice)
    return done.stdout


def run_logged(
    argv: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None, cwd: Path | None = None,
    seconds: float = 3_600.0, advice: str = "",
) -> None:
    """Runs a long command into a log and says every few seconds what its newest line is."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        try:
            child = subprocess.Popen(
                list(argv), env=_environment(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=sink,
                stderr=subprocess.STDOUT)
        except FileNotFoundError as error:
            raise Failure(f"{argv[0]} is not installed", advice=advice or "run `make install`") from error
        began = time.monotonic()
        while True:
            try:
                status = child.wait(HEARTBEAT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                newest = next((line for line in reversed(last_lines(log, 5)) if line.strip()), "")
                say(f"  … {newest.strip()[:HEARTBEAT_WIDTH]}")
            except BaseException:
                child.terminate()
                child.wait()
                raise
            if time.monotonic() - began > seconds:
                child.kill()
                child.wait()
                raise Failure(f"{_name(argv)} did not finish within {seconds:.0f} s", advice=advice, log=log)
    if status != 0:
        raise Failure(f"{_name(argv)} ended with status {status}", advice=advice, log=log)


def _environment(extra: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if extra is None else {**os.environ, **extra}


def _name(argv: Sequence[str]) -> str:
    return f"`{' '.join(argv[:3])}{' …' if len(argv) > 3 else ''}`"
