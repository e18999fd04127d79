# SPDX-License-Identifier: Apache-2.0
"""Goal: bytes that nobody sane would send cost a connection, and nothing else.

Method: thousands of connections to every internal port send noise and spoilt valid traffic, outside of TLS and inside
of it, and hang up in every way; then every process is the same one as before, has closed what was opened, and has grown
by less than a bound.
"""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import hostile
from parley import supervisor
from parley.table import Instance
from parley.waiting import wait_until
from suite import Suite

# `HOSTILE=10000` is the full measure; CI takes less.
CONNECTIONS = int(os.environ.get("HOSTILE", "500"))
# A second replica runs the same code; it gets this share of the connections.
REPLICA_SHARE = 0.1
MOST_GROWTH_BYTES = 10 * 1024 * 1024
AT_ONCE = 16
# The first connections fill pools and caches that are there for good: threads' arenas, statements, buffers.
WARM_UP = 150
# Longer than a handshake and the life of a call may take.
CLOSED_SECONDS = 30.0
# Log files, pools of the stores and a probe that happens to be there; a leak would be thousands.
MOST_DESCRIPTORS_MORE = 16


@dataclass(frozen=True)
class Vitals:
    pid: int
    resident: int
    descriptors: int

    @staticmethod
    def of(suite: Suite, instance: Instance) -> Vitals:
        pid = suite.pid(instance.name)
        process = Path(f"/proc/{pid}")
        # The supervisor's child is the service itself and no shell around it.
        assert (process / "exe").readlink().name == instance.service.name
        pages = int((process / "statm").read_text(encoding="utf-8").split()[1])
        return Vitals(pid, pages * os.sysconf("SC_PAGE_SIZE"), descriptors(pid))


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_hostile_connections_cost_nothing_but_themselves(simulated: Suite, seed: int) -> None:
    print(f"seed {seed}")
    simulated.wait_ready()
    instances = simulated.instances()
    targets = [
        hostile.target(simulated, instance.service.name, instance.port, instance.health_port, seed)
        for instance in instances
    ]
    for instance, target in zip(instances, targets, strict=True):
        attack(target, WARM_UP, f"{seed} warm {instance.name}")
    simulated.wait_ready()
    before = [Vitals.of(simulated, instance) for instance in instances]
    pids = everybody(simulated)
    for instance, target in zip(instances, targets, strict=True):
        share = 1 if instance.number == 1 else REPLICA_SHARE
        attack(target, int(CONNECTIONS * share), f"{seed} {instance.name}")
    simulated.wait_ready()
    assert everybody(simulated) == pids
    growth = {}
    for instance, was in zip(instances, before, strict=True):
        wait_until(
            lambda was=was: descriptors(was.pid) <= was.descriptors + MOST_DESCRIPTORS_MORE, CLOSED_SECONDS,
            f"{instance.name} has closed what was opened")
        growth[instance.name] = Vitals.of(simulated, instance).resident - was.resident
        print(f"{instance.name}: {was.resident >> 20} MiB {growth[instance.name] / 1024:+.0f} KiB")
    assert max(growth.values()) <= MOST_GROWTH_BYTES, growth
    for instance in instances:
        # Labels are closed lists: a stranger's number in one is a series of his own, for ever.
        assert 'status="code_' not in simulated.metrics(instance), instance.name


def everybody(suite: Suite) -> dict[str, int | None]:
    """Every process of the copy, the stores among them."""
    return {name: state.pid for name, state in supervisor.states(suite.layout).items()}


def attack(target: hostile.Target, count: int, seed: str) -> None:
    def once(number: int) -> None:
        target.attack(random.Random(f"{seed} {number}"))

    with ThreadPoolExecutor(AT_ONCE) as people:
        list(people.map(once, range(count)))
