# SPDX-License-Identifier: Apache-2.0
"""The load generator and the mock server of `Tests/Benchmarks/Load`: compile them, run them, read what they say."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parley import ports
from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout
from parley.waiting import wait_until

SOURCES = Path("Tests") / "Benchmarks" / "Load"
# The generator lets running answers end for five seconds; the rest is for a machine that is late.
PATIENCE_SECONDS = 60.0
START_SECONDS = 10.0
# One socket for each stream and some for everything else.
WANTED_DESCRIPTORS = 16_384
MOCK_PORT = 19_100


@dataclass(frozen=True)
class Target:
    """Where a chat API listens without TLS, and the key it knows."""

    port: int
    key: str = "sk-none"


@dataclass(frozen=True)
class Load:
    """What the generator saw; times in microseconds."""

    seconds: float
    answers: int
    failures: int
    failed_status: int
    reconnects: int
    unfinished: int
    tokens: int
    events: int
    own_cpu_s: float
    latency_us_p50: float
    latency_us_p99: float
    first_token_us_p50: float
    first_token_us_p99: float
    gap_us_p50: float
    gap_us_p99: float
    gap_us_worst: float
    # Streams that said anything at all, ended or not.
    began: int

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


def program(layout: Layout, name: str) -> Path:
    """The compiled program, made anew when its source or a header is younger."""
    source = layout.repository / SOURCES / f"{name}.c"
    binary = layout.cache / "bench" / name
    youngest = max(file.stat().st_mtime for file in [source, *source.parent.glob("*.h")])
    if not binary.exists() or binary.stat().st_mtime < youngest:
        binary.parent.mkdir(parents=True, exist_ok=True)
        output(["cc", "-O2", "-Wall", "-Wextra", "-o", str(binary), str(source), "-lm"], advice="run `make install`")
    return binary


def write_body(folder: Path, body: dict[str, Any], *, stream: bool) -> Path:
    """The request's body in a file. Eight hash signs in it become another number in each request."""
    file = folder / ("stream.json" if stream else "whole.json")
    extras = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    file.write_text(json.dumps({**body, **extras}), encoding="utf-8")
    return file


def start(
    layout: Layout, target: Target, body: Path, *, connections: int, seconds: float, ramp: float = 0.0,
) -> subprocess.Popen[str]:
    """Begins a run; with a ramp its connections begin one after the other in that time."""
    allow_sockets()
    return subprocess.Popen(
        [
            str(program(layout, "chat_load")), "127.0.0.1", str(target.port), target.key, str(connections),
            str(seconds), str(body), str(ramp),
        ], stdout=subprocess.PIPE, text=True)


def finish(child: subprocess.Popen[str], seconds: float) -> Load:
    try:
        said, _ = child.communicate(timeout=seconds + PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as error:
        child.kill()
        child.wait()
        raise Failure("the load generator did not end") from error
    if child.returncode != 0:
        raise Failure(f"the load generator ended with status {child.returncode}")
    return Load(**json.loads(said))


def run(
    layout: Layout, target: Target, body: Path, *, connections: int, seconds: float, ramp: float = 0.0,
) -> Load:
    """One run from beginning to end. Failures make it worthless, so they end the benchmark."""
    load = finish(start(layout, target, body, connections=connections, seconds=seconds, ramp=ramp), seconds)
    if load.failures > 0 or load.answers == 0:
        raise Failure(
            f"{load.failures} of {load.failures + load.answers} requests failed, the last with status "
            f"{load.failed_status}: nothing was measured")
    return load


@contextmanager
def mock(layout: Layout, *, first_token_us: int = 0, token_us: int = 0, tokens: int = 64) -> Iterator[Target]:
    """A server that answers without thinking, for as long as the block runs."""
    allow_sockets()
    port = ports.free_near(MOCK_PORT)
    arguments = [str(port), str(first_token_us), str(token_us), str(tokens)]
    with running([str(program(layout, "chat_mock")), *arguments], port):
        yield Target(port)


@contextmanager
def running(argv: list[str], port: int, *, cwd: Path | None = None) -> Iterator[int]:
    """A program that listens on `port`; answers with its pid and stops it at the end."""
    child = subprocess.Popen(argv, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _listens(child, port), START_SECONDS, f"{Path(argv[0]).name} listens")
        yield child.pid
    finally:
        child.terminate()
        try:
            child.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def allow_sockets() -> None:
    """Raises this process's limit of open files, which children inherit, to what thousands of streams need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, WANTED_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listens(child: subprocess.Popen[Any], port: int) -> bool:
    if child.poll() is not None:
        raise Failure(f"{_name(child)} ended with status {child.returncode} at its start")
    return ports.answers(port)


def _name(child: subprocess.Popen[Any]) -> str:
    return Path(child.args[0] if isinstance(child.args, list) else str(child.args)).name
