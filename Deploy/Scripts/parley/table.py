# SPDX-License-Identifier: Apache-2.0
"""The service table: names, ports and needs, read from `Deploy/services.json`, the only place that states them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from parley.layout import REPOSITORY

TABLE = REPOSITORY / "Deploy" / "services.json"
HEALTH_OFFSET = 50
REPLICA_OFFSET = 10


@dataclass(frozen=True)
class Service:
    """One row of the table."""

    name: str
    port: int
    peers: tuple[str, ...]
    schema: str | None
    redis: bool
    least_instances: int
    instance_offset: int
    # Further ports by their word, such as the gateway's `https` and `http`.
    ports: dict[str, int]

    def instances(self, replicas: int, offset: int) -> list[Instance]:
        count = max(replicas, self.least_instances)
        return [Instance(self, number, offset) for number in range(1, count + 1)]


@dataclass(frozen=True)
class Instance:
    """One process of a service; numbers start at 1."""

    service: Service
    number: int
    offset: int

    @property
    def name(self) -> str:
        return f"{self.service.name}-{self.number}"

    @property
    def shift(self) -> int:
        return self.offset + (self.number - 1) * self.service.instance_offset

    @property
    def port(self) -> int:
        return self.service.port + self.shift

    @property
    def health_port(self) -> int:
        return self.ports.get("https", self.port) + HEALTH_OFFSET

    @property
    def ports(self) -> dict[str, int]:
        return {word: port + self.shift for word, port in self.service.ports.items()}

    @property
    def all_ports(self) -> list[int]:
        return [self.port, self.health_port, *self.ports.values()]


def services() -> list[Service]:
    """The seven services, those that others need first."""
    rows = json.loads(TABLE.read_text(encoding="utf-8"))["services"]
    return [
        Service(
            name=row["name"], port=row["port"], peers=tuple(row.get("peers", [])), schema=row.get("schema"),
            redis=row.get("redis", False), least_instances=row.get("leastInstances", 1),
            instance_offset=row.get("instanceOffset", REPLICA_OFFSET), ports=row.get("ports", {}))
        for row in rows
    ]


def instances(replicas: int, offset: int) -> list[Instance]:
    return [instance for service in services() for instance in service.instances(replicas, offset)]


def identities() -> list[str]:
    """Who gets a certificate: every service and every admin tool."""
    names = [service.name for service in services()]
    return names + [f"{name}-admin" for name in names]


