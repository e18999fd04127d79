# SPDX-License-Identifier: Apache-2.0
"""The copy that is measured: all seven services and their stores, for one benchmark, in front of an engine that
computes nothing: the simulated one, or servers that only pretend."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from parley import configuration, demo, environment, models, operate, ports, supervisor, up
from parley.bench import load
from parley.bench.load import Load, Target
from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout
from parley.lock import only_one
from parley.progress import step
from parley.state import State
from parley.waiting import wait_until

STORES = ("postgres", "redis")
# After a restart of the workers the fleet must find them again before anything is measured.
FOUND_SECONDS = 30.0
# What no benchmark reaches: the limits of the demo organisation are raised to none at all, its workers' to this.
SEQUENCES = 8_192


@dataclass(frozen=True)
class Pace:
    """How fast the simulated engine speaks."""

    first_token_ms: int = 0
    step_ms: int = 0
    tokens: int = 16
    engine: ClassVar[str] = "simulated"
    urls: ClassVar[tuple[str, ...]] = ()

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "engine": {"max_sequences": SEQUENCES},
            "simulated": {
                "first_token_delay_ms": self.first_token_ms, "step_ms": self.step_ms, "prefill_per_token_us": 0,
                "answer_tokens": self.tokens,
            },
        }


@dataclass(frozen=True)
class Servers:
    """Servers behind the workers, one each, and how many answers one of them gives at once."""

    urls: tuple[str, ...]
    places: int
    tokens: int
    engine: ClassVar[str] = "upstream"

    @property
    def settings(self) -> dict[str, Any]:
        return {"engine": {"max_sequences": self.places}}


@dataclass
class Copy:
    """A running copy with no limits set."""

    layout: Layout
    port_offset: int
    pace: Pace | Servers
    folder: Path
    _known: dict[str, int] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        """The gateway's plain port: TLS at the edge is not what is compared."""
        gateway = environment.gateway_instances(State.load(self.layout))[0]
        return Target(gateway.ports["http"], demo.load(self.layout)["key"])

    @property
    def services(self) -> dict[str, int]:
        """Pids of Parley's own processes by their name."""
        return {name: pid for name, pid in self._pids().items() if name not in STORES}

    @property
    def stores(self) -> dict[str, int]:
        return {name: pid for name, pid in self._pids().items() if name in STORES}

    def body(self, *, stream: bool, tokens: int | None = None) -> Path:
        content = {
            "model": models.CHAT_MODEL, "max_tokens": tokens or self.pace.tokens,
            "messages": [{"role": "user", "content": "Tell me about lighthouse number ########, please."}],
        }
        return load.write_body(self.folder, content, stream=stream)

    def run(self, *, connections: int, seconds: float, stream: bool, ramp: float = 0.0) -> Load:
        body = self.body(stream=stream)
        return load.run(self.layout, self.target, body, connections=connections, seconds=seconds, ramp=ramp)

    def set_pace(self, pace: Pace) -> None:
        """Restarts the workers with another pace; everything else goes on."""
        self.pace = pace
        self.bring_up()

    def bring_up(self) -> None:
        choices = up.Choices(
            engine=self.pace.engine, upstreams=self.pace.urls, port_offset=self.port_offset, builds=False, asks=False,
            settings={"model-worker": self.pace.settings})
        with only_one(self.layout):
            up.start(self.layout, choices)
        self._known.clear()
        # Before the first chat: limits that a process has seen once hold there for up to a minute.
        self._raise_limits()
        wait_until(self._answers, FOUND_SECONDS, "a chat is answered", log=self.layout.logs / "gateway-1.log")

    def _answers(self) -> bool:
        """Whether one token comes back; more would take a minute where the engine is told to be slow."""
        try:
            load.run(self.layout, self.target, self.body(stream=False, tokens=1), connections=1, seconds=0.05)
        except Failure:
            return False
        return True

    def _raise_limits(self) -> None:
        organisation = demo.load(self.layout)["organisation"]
        output([
            str(self.layout.products / "billing-admin"), "set-limits", "--organisation", organisation, "--apply",
            "--config", str(configuration.path(self.layout, "billing-admin"))], cwd=self.layout.repository)

    def _pids(self) -> dict[str, int]:
        if not self._known:
            states = supervisor.states(self.layout)
            self._known.update({name: state.pid for name, state in states.items() if state.pid is not None})
        return self._known


@contextmanager
def running(layout: Layout, pace: Pace | Servers, *, builds: bool) -> Iterator[Copy]:
    """A copy in a folder and on ports of its own, gone afterwards whatever happened."""
    if builds:
        up.make_executables(layout, up.Choices(engine=pace.engine, upstreams=pace.urls))
    folder = Path(tempfile.mkdtemp(prefix="parley-bench-"))
    # Postgres runs under another account and must reach its data below; what is private in there says so itself.
    folder.chmod(0o755)
    copy = Copy(Layout(run=folder), ports.free_offset(max(1, len(pace.urls))), pace, folder)
    try:
        with step("copy: start"):
            copy.bring_up()
        yield copy
    finally:
        operate.down(copy.layout)
        shutil.rmtree(folder, ignore_errors=True)
