# SPDX-License-Identifier: Apache-2.0
"""Ports: the stores take a free one and remember it; the services' are fixed by the table and must be free."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

from parley import table
from parley.failure import Failure
from parley.table import Instance

# How far from the wanted port a free one is looked for.
PORTS_TRIED = 200
# A listening socket in the kernel's tables, which say of each: number, own address, the other's, state, ..., inode.
LISTENING = "0A"
SOCKET_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
# Offsets for further copies, tried in turn; the highest port of the table stays below 65,536.
OFFSETS = range(20_000, 50_000, 1_000)


def is_free(port: int) -> bool:
    """Whether a server could listen there now: bound with the reuse that servers ask for."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def answers(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_near(wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TRIED):
        if is_free(port):
            return port
    raise Failure(f"no free port from {wanted} to {wanted + PORTS_TRIED - 1}")


def free_offset(replicas: int) -> int:
    """An offset at which no port of a whole copy is taken, for copies beside the developer's own."""
    for offset in OFFSETS:
        wanted = [port for instance in table.instances(replicas, offset) for port in instance.all_ports]
        if all(is_free(port) for port in wanted):
            return offset
    raise Failure("no range of free ports for another copy")


def demand_free(instances: list[Instance], running: dict[str, int]) -> None:
    """Refuses to start over somebody else's ports, naming all of them at once. `running`: our processes by instance."""
    taken = [
        f"{port} ({instance.name})" for instance in instances for port in instance.all_ports
        if not is_free(port) and not _listens(running.get(instance.name), port)]
    if taken:
        raise Failure(
            f"ports in use by other programs: {', '.join(taken)}",
            advice="stop them (`ss -ltnp` names them; another clone's `make down`?), or use PORT_OFFSET=1000")


def _listens(pid: int | None, port: int) -> bool:
    """Whether this process itself listens there."""
    if pid is None:
        return False
    inodes = set()
    for table_file in SOCKET_TABLES:
        for line in table_file.read_text(encoding="ascii").splitlines()[1:] if table_file.exists() else []:
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    return not inodes.isdisjoint(_open_files(pid))


def _open_files(pid: int) -> set[str]:
    found = set()
    # A process that has ended has none, and one that we may not look into is none of ours.
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            # Closed while we looked.
            with contextlib.suppress(OSError):
                found.add(os.readlink(entry))
    return found
