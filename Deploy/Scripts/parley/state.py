# SPDX-License-Identifier: Apache-2.0
"""How a copy was started, remembered in `.run/state.json` for the verbs that come after `up`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from parley.layout import Layout

POSTGRES_PORT = 15_432
REDIS_PORT = 16_379


@dataclass
class State:
    engine: str = "llama"
    replicas: int = 1
    port_offset: int = 0
    postgres_port: int = 0
    redis_port: int = 0
    # Settings by service, laid over all others: how a benchmark paces the simulated engine.
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    @staticmethod
    def load(layout: Layout) -> State:
        if not layout.state.exists():
            return State()
        return State(**json.loads(layout.state.read_text(encoding="utf-8")))

    def save(self, layout: Layout) -> None:
        layout.state.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
