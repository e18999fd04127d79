# SPDX-License-Identifier: Apache-2.0
"""Goal: new certificates are taken into use by everybody while people chat, and cost nobody an answer.

Method: people chat without a pause while `make rotate` runs twice, the second time when the first certificates are
in use. Then every port shows the certificate that lies in the folder, and the connections between the processes are new
ones. No chat is broken, and no call between the services ends as a lost one does.
"""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import books
from load import Load
from parley import supervisor, up
from parley.certificates import EDGE
from parley.table import Instance
from parley.waiting import wait_until
from protocol.link import HANDSHAKE_SECONDS, Link, identity
from suite import Suite

STREAMS = 12
ROTATIONS = 2
# Files are looked at every five seconds, and again when a look fell between a key and its certificate; or later.
TAKEN_SECONDS = 20.0
# Connections are replaced within five more; the rest is for a busy machine.
REPLACED_SECONDS = 30.0
# `01` in the kernel's table; each line: number, own address, the other's, state, ..., inode.
ESTABLISHED = "01"
TCP_TABLE = Path("/proc/net/tcp")
# What a process counts of the calls it makes, by how they ended.
CALLS = re.compile(r'^\w*rpc_client_seconds_count\{[^}]*status="(\w+)"[^}]*\} (\S+)$', re.MULTILINE)
# So ends a call whose connection went away under it.
LOST = "unavailable"

# A process, the port that it has connected to, and the port that it has connected from.
Connected = tuple[int, int, int]


def test_new_certificates_cost_nobody_an_answer(simulated: Suite, seed: int) -> None:
    simulated.wait_ready()
    simulated.admin("billing", "set-limits", "--organisation", simulated.demo["organisation"], "--apply")
    pids = processes(simulated)
    lost = calls(simulated, LOST)
    with Load(simulated, STREAMS, seed) as load:
        wait_until(lambda: load.outcomes.completed >= STREAMS, TAKEN_SECONDS, "everybody was answered once")
        old: set[Connected] = set()
        for number in range(1, ROTATIONS + 1):
            old |= connections(simulated, pids)
            before, began = load.outcomes.completed, time.monotonic()
            up.rotate(simulated.layout)
            wanted = made(simulated)
            wait_until(lambda: not outdated(simulated, wanted), TAKEN_SECONDS, "every port shows its new certificate")
            print(f"rotation {number}: in use after {time.monotonic() - began:.1f} s, "
                  f"{load.outcomes.completed - before} answers meanwhile")
        wait_until(
            lambda: not in_use(simulated, old, connections(simulated, pids)), REPLACED_SECONDS,
            "old connections are replaced")
        print(f"{len(old)} connections replaced after {time.monotonic() - began:.1f} s, "
              f"{len(old & connections(simulated, pids))} of them carry a last stream")
    print(f"answers: {load.outcomes.completed} whole, {load.outcomes.broken} broken")
    assert old
    assert processes(simulated) == pids
    assert load.outcomes.broken == 0
    assert calls(simulated, LOST) == lost
    assert all(calls(simulated, "ok")[one.name] > 0 for one in simulated.instances("gateway"))
    books.wait_closed(simulated)
    books.check(simulated)


def processes(suite: Suite) -> dict[int, str]:
    """The services' processes by their ids."""
    names = {instance.name for instance in suite.instances()}
    return {state.pid: name for name, state in supervisor.states(suite.layout).items() if name in names and state.pid}


def certificate_name(instance: Instance) -> str:
    return EDGE if "https" in instance.ports else instance.service.name


def made(suite: Suite) -> dict[str, int]:
    """The serial numbers of the certificates that lie in the folder."""
    names = {certificate_name(instance) for instance in suite.instances()}
    return {name: read_serial((suite.layout.certificates / f"{name}.crt").read_text("utf-8")) for name in names}


def outdated(suite: Suite, wanted: dict[str, int]) -> list[str]:
    """Who shows another certificate to a new connection than is wanted."""
    return [one.name for one in suite.instances() if shown(suite, one) != wanted[certificate_name(one)]]


def shown(suite: Suite, instance: Instance) -> int:
    """The serial number of the certificate that a server shows now."""
    if "https" in instance.ports:
        return read_serial(
            ssl.get_server_certificate(("127.0.0.1", instance.ports["https"]), timeout=HANDSHAKE_SECONDS))
    name = instance.service.name
    with Link(instance.port, identity(suite.layout.certificates, f"{name}-admin"), name) as link:
        return int(link.socket.getpeercert()["serialNumber"], 16)


def read_serial(pem: str) -> int:
    said = subprocess.run(
        ["openssl", "x509", "-noout", "-serial"], input=pem, capture_output=True, text=True, check=True)
    return int(said.stdout.strip().removeprefix("serial="), 16)


def connections(suite: Suite, pids: Iterable[int]) -> set[Connected]:
    """The connections between processes of the copy, as the kernel knows them."""
    servers = {instance.port for instance in suite.instances()}
    owners = {inode: pid for pid in pids for inode in sockets(pid)}
    found = set()
    for line in TCP_TABLE.read_text(encoding="ascii").splitlines()[1:]:
        _, own, other, state, *rest = line.split()
        from_port, to_port = (int(address.rpartition(":")[2], 16) for address in (own, other))
        if state == ESTABLISHED and to_port in servers and (pid := owners.get(rest[5])):
            found.add((pid, to_port, from_port))
    return found


def sockets(pid: int) -> list[str]:
    """The inodes of a process's sockets."""
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(entry)
        except OSError:
            continue  # Closed while we looked.
        if target.startswith("socket:["):
            found.append(target.removeprefix("socket:[").removesuffix("]"))
    return found


def in_use(suite: Suite, old: set[Connected], now: set[Connected]) -> set[Connected]:
    """Old connections that are there still, but for those that may be.

    The orchestrator follows its workers' load by streams without an end, which stay where they are for as long as the
    grace lasts: there it is enough that new calls have a new connection.
    """
    followed = {instance.port for instance in suite.instances("model-worker")}
    renewed = {connected[:2] for connected in now - old}
    return {one for one in old & now if one[1] not in followed or one[:2] not in renewed}


def calls(suite: Suite, status: str) -> dict[str, float]:
    """How many calls of each process have ended so."""
    counts = {one.name: CALLS.findall(suite.metrics(one)) for one in suite.instances()}
    return {name: sum(float(count) for ended, count in found if ended == status) for name, found in counts.items()}
