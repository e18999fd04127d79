# SPDX-License-Identifier: Apache-2.0
"""One running copy as a test sees it: clients for its edge, its processes by name, its stores to look into."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import openai

from parley import configuration, demo, environment, models, postgres, readiness, redis, supervisor, table
from parley.client import Client
from parley.layout import REPOSITORY, Layout
from parley.state import State
from parley.waiting import wait_until

ANSWER_SECONDS = 60.0
RESTART_SECONDS = 30.0


@dataclass(frozen=True, eq=True)
class Suite:
    layout: Layout

    @property
    def state(self) -> State:
        return State.load(self.layout)

    @property
    def variables(self) -> dict[str, str]:
        return environment.variables(self.layout, self.state)

    @property
    def model(self) -> str:
        return models.CHAT_MODEL

    @property
    def authority(self) -> Path:
        return self.layout.certificates / "ca.crt"

    def openai(self, replica: int = 1, key: str | None = None) -> openai.OpenAI:
        """The official client, which retries nothing: a test wants to see every failure."""
        name = "PARLEY_BASE_URL" if replica == 1 else f"PARLEY_BASE_URL_{replica}"
        context = ssl.create_default_context(cafile=str(self.authority))
        return openai.OpenAI(
            base_url=self.variables[name], api_key=key or self.variables["PARLEY_API_KEY"], max_retries=0,
            timeout=ANSWER_SECONDS, http_client=openai.DefaultHttpxClient(verify=context, trust_env=False))

    def client(self, key: str | None = None) -> Client:
        values = self.variables
        return Client(values["PARLEY_BASE_URL"], key or values["PARLEY_API_KEY"], self.authority, ANSWER_SECONDS)

    def instances(self, service: str | None = None) -> list[table.Instance]:
        state = self.state
        found = state.instances()
        return [instance for instance in found if service in (None, instance.service.name)]

    def metrics(self, instance: table.Instance) -> str:
        """What Prometheus would read of one process now."""
        connection = http.client.HTTPConnection("127.0.0.1", instance.health_port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def pid(self, name: str) -> int:
        pid = supervisor.states(self.layout)[name].pid
        assert pid is not None, f"{name} is not running"
        return pid

    def kill(self, name: str) -> None:
        os.kill(self.pid(name), signal.SIGKILL)

    def wait_ready(self) -> None:
        waiting = self.instances()
        wait_until(lambda: all(readiness.is_ready(one) for one in waiting), RESTART_SECONDS, "all are ready again")

    def sql(self, statement: str) -> list[list[str]]:
        """Rows as the superuser sees them, past row-level security: a test may look everywhere."""
        said = postgres.psql(self.layout, self.state, statement)
        return [line.split("|") for line in said.splitlines()]

    def redis(self, *words: str) -> str:
        return redis.command(self.layout, self.state, *words)

    def admin(self, service: str, *words: str) -> str:
        """Runs an admin tool under its own certificate."""
        program = self.layout.products / f"{service}-admin"
        settings = configuration.path(self.layout, f"{service}-admin")
        done = subprocess.run(
            [str(program), *words, "--config", str(settings)], cwd=REPOSITORY, capture_output=True, text=True,
            timeout=ANSWER_SECONDS, check=False)
        assert done.returncode == 0, f"{service}-admin {' '.join(words)}: {done.stderr or done.stdout}"
        return done.stdout

    def other_organisation(self) -> dict[str, str]:
        """A second organisation beside the demo, of the same plan: its ids and keys, as `bootstrap` shows them."""
        name = f"other-{secrets.token_hex(4)}"
        return json.loads(self.admin("auth", "bootstrap", "--organisation", name, "--apply", "--json"))

    @property
    def demo(self) -> dict[str, str]:
        return demo.load(self.layout)
