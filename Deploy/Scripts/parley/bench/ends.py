# SPDX-License-Identifier: Apache-2.0
"""Two processes that call each other: start them, follow the calling one, read what both used at its phases."""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parley import certificates, supervisor
from parley.bench import processes
from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout

SOURCE = Path("Tests") / "Benchmarks" / "Load" / "count_allocations.c"
# Of one phase: thousands of handshakes or streams take a while on a loaded machine.
PHASE_SECONDS = 60.0


@dataclass(frozen=True)
class Program:
    """A program with a server's and a client's roles (Tests/Benchmarks/RPC/RPCBenchmark.swift)."""

    name: str
    binary: Path
    # 0: as many event loops as the library likes.
    loops: int = 1
    prefix: str = ""


@dataclass(frozen=True)
class Used:
    """What one process had used at a moment."""

    cpu_us: float
    resident: int
    mallocs: int
    malloc_octets: int


@dataclass(frozen=True)
class Phase:
    name: str
    figures: dict[str, Any]
    client: Used
    server: Used


@contextmanager
def serving(program: Program, folder: Path, *, allocations: Path | None = None) -> Iterator[tuple[int, int]]:
    """A server as long as the block runs; answers with its port and pid."""
    child = _start(program, "server", [str(folder)], allocations)
    try:
        line = _line(child)
        if not line.startswith("PORT "):
            raise Failure(f"{program.name}: the server did not start: {line.strip()}")
        yield int(line.split()[1]), child.pid
    finally:
        _end(child)


def phases(
    program: Program, role: str, folder: Path, server: tuple[int, int], *, count: int, connections: int = 1,
    seconds: float = 1.0, allocations: Path | None = None,
) -> dict[str, Phase]:
    """Runs a client to its end. At each phase it waits until both ends have been looked at."""
    port, pid = server
    child = _start(program, role, [str(folder), str(port), str(count), str(connections), str(seconds)], allocations)
    found = {}
    try:
        while line := _line(child):
            name, _, figures = line.partition(" ")
            found[name] = Phase(name, json.loads(figures), _used(child.pid, allocations), _used(pid, allocations))
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
    finally:
        status = _end(child, gently=True)
    if status != 0 or "BEGIN" not in found:
        raise Failure(f"{program.name}: {role} with {count} ended with status {status}")
    return found


@contextmanager
def folder_of_identities() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name:
        certificates.make_authority(Path(name))
        for identity in ("auth", "gateway"):
            certificates.make_identity(Path(name), identity, f"DNS:{identity}")
        yield Path(name)


def counter(layout: Layout) -> Path:
    """The library that counts allocations, compiled anew when its source is younger."""
    source = layout.repository / SOURCE
    library = layout.cache / "bench" / "count_allocations.so"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        library.parent.mkdir(parents=True, exist_ok=True)
        output(["cc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", str(library), str(source)])
    return library


def _start(program: Program, role: str, arguments: list[str], allocations: Path | None) -> subprocess.Popen[str]:
    # The allocator as the services have it, for everybody.
    environment: Mapping[str, str] = {**os.environ, **supervisor.ALLOCATOR}
    if allocations is not None:
        environment = {**environment, "LD_PRELOAD": str(allocations), "ALLOCATIONS": tempfile.gettempdir()}
    return subprocess.Popen(
        [str(program.binary), program.prefix + role, str(program.loops), *arguments], env=environment, bufsize=1,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    ready, _, _ = select.select([child.stdout], [], [], PHASE_SECONDS)
    if not ready:
        child.kill()
        raise Failure(f"{child.args!r} said nothing for {PHASE_SECONDS:.0f} s")
    return child.stdout.readline()


def _end(child: subprocess.Popen[str], *, gently: bool = False) -> int:
    try:
        if not gently:
            child.terminate()
        return child.wait(10.0)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()
    finally:
        counts = Path(tempfile.gettempdir()) / str(child.pid)
        counts.unlink(missing_ok=True)


def _used(pid: int, allocations: Path | None) -> Used:
    # Nanoseconds that each thread has run, where /proc/<pid>/stat counts in hundredths of a second.
    cpu = 0
    for task in (processes.PROC / str(pid) / "task").iterdir():
        try:
            cpu += int((task / "schedstat").read_text(encoding="utf-8").split()[0])
        except OSError:
            continue  # The thread ended while we looked.
    mallocs, octets = 0, 0
    if allocations is not None:
        mallocs, octets = struct.unpack("=QQ", (Path(tempfile.gettempdir()) / str(pid)).read_bytes())
    return Used(cpu / 1e3, processes.resident_bytes({"": pid})[""], mallocs, octets)
