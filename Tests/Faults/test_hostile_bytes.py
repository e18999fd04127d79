# SPDX-License-Identifier: Apache-2.0
"""Goal: bytes that nobody sane would send cost a connection, and nothing else.

Method: thousands of connections to every internal port send random bytes, with and without TLS, and hang up in every
way; then every process is the same one as before and has grown by less than a bound.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from suite import Suite

# `HOSTILE=10000` is the full measure; CI takes a tenth of it.
CONNECTIONS = int(os.environ.get("HOSTILE", "1000"))
MOST_GROWTH_BYTES = 10 * 1024 * 1024
MOST_BYTES = 4_096
ANSWER_SECONDS = 2.0
AT_ONCE = 16
# The first connections fill pools and caches that are there for good.
WARM_UP = 100
PREFACE = b"PRLY"


def resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_hostile_connections_cost_nothing_but_themselves(simulated: Suite, seed: int) -> None:
    print(f"seed {seed}")
    simulated.wait_ready()
    instances = [instance for instance in simulated.instances() if instance.number == 1]
    for instance in instances:
        attack(simulated, instance.port, instance.service.name, WARM_UP, seed)
    pids = {instance.name: simulated.pid(instance.name) for instance in instances}
    before = {name: resident(pid) for name, pid in pids.items()}
    for instance in instances:
        attack(simulated, instance.port, instance.service.name, CONNECTIONS, seed + 1)
    simulated.wait_ready()
    assert {instance.name: simulated.pid(instance.name) for instance in instances} == pids
    growth = {name: resident(pid) - before[name] for name, pid in pids.items()}
    print({name: f"{bytes_ / 1024:.0f} KiB" for name, bytes_ in growth.items()})
    assert max(growth.values()) <= MOST_GROWTH_BYTES, growth


def attack(suite: Suite, port: int, service: str, count: int, seed: int) -> None:
    context = trusted(suite, service)
    with ThreadPoolExecutor(AT_ONCE) as people:
        list(people.map(lambda number: once(port, context, random.Random(f"{seed} {port} {number}")), range(count)))


def once(port: int, context: ssl.SSLContext, chance: random.Random) -> None:
    """One connection: garbage instead of TLS, or garbage inside of it under a name that is let in."""
    content = chance.randbytes(chance.randrange(1, MOST_BYTES))
    if chance.random() < 0.5:
        content = PREFACE + content
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as plain:
        connection = plain
        if chance.random() < 0.5:
            connection = context.wrap_socket(plain, server_hostname="ignored")
        connection.sendall(content)
        if chance.random() < 0.5:
            connection.recv(MOST_BYTES)
        if chance.random() < 0.3:
            # Hang up with a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()


def trusted(suite: Suite, service: str) -> ssl.SSLContext:
    """A client that may connect: the harm has to be done by what it says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    identity = suite.layout.certificates / f"{service}-admin.crt"
    context.load_cert_chain(identity, identity.with_suffix(".key"))
    return context
