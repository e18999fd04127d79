# SPDX-License-Identifier: Apache-2.0
"""How a copy was started, remembered in `.run/state.json` for the verbs that come after `up`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from parley import table
from parley.layout import Layout
from parley.table import Instance, Service

# The service that stands in front of other servers.
WORKER = "model-worker"
POSTGRES_PORT = 15_432
REDIS_PORT = 16_379


@dataclass
class State:
    engine: str = "llama"
    upstreams: list[str] = field(default_factory=list)
    upstream_key_file: str = ""
    replicas: int = 1
    port_offset: int = 0
    postgres_port: int = 0
    redis_port: int = 0
    # Settings by service, laid over all others: how a benchmark paces the simulated engine.
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def instances(self, service: Service | None = None) -> list[Instance]:
        """The processes of this copy, or of one service in it: a worker for each server that stands behind one."""
        services = table.services() if service is None else [service]
        return [
            instance for one in services for instance in one.instances(
                max(self.replicas, len(self.upstreams) if one.name == WORKER else 1), self.port_offset)]

    @staticmethod
    def load(layout: Layout) -> State:
        if not layout.state.exists():
            return State()
        return State(**json.loads(layout.state.read_text(encoding="utf-8")))

    def save(self, layout: Layout) -> None:
        layout.state.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
