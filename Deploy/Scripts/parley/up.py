# SPDX-License-Identifier: Apache-2.0
"""`make up`: from a clone to an answer. Every step looks first whether it is done, so a repeat takes seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parley import (
    build, certificates, configuration, demo, engine, environment, models, passwords, ports, postgres, readiness, redis,
    supervisor, table,
)
from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout, write_private
from parley.lock import only_one
from parley.progress import say, step
from parley.state import State

ENGINES = ("llama", "simulated", "upstream")
# One worker stands in front of each server; more than this is what Kubernetes is for.
MOST_UPSTREAMS = 8
# Stores start first and stop last; the gateway, last in the table, stops first and so ends what people see.
STORE_PRIORITY = 10
SERVICE_PRIORITY = 100


@dataclass(frozen=True)
class Choices:
    engine: str = "llama"
    # The servers behind the workers, with ENGINE=upstream; at least two workers run, so one server may have both.
    upstreams: tuple[str, ...] = ()
    # A file with the key that those servers ask for.
    upstream_key_file: str = ""
    replicas: int = 1
    port_offset: int = 0
    # Tests build once and then start several copies.
    builds: bool = True
    # The first question; a copy for load tests may do without.
    asks: bool = True
    # Settings by service that win over all others; for benchmarks.
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)


def check(choices: Choices) -> None:
    if choices.engine not in ENGINES:
        raise Failure(f"ENGINE={choices.engine} is not known", advice=f"use one of: {', '.join(ENGINES)}")
    if (choices.engine == "upstream") != bool(choices.upstreams):
        raise Failure(
            "ENGINE=upstream and UPSTREAM_URLS belong together",
            advice="say for example: make up ENGINE=upstream UPSTREAM_URLS=http://127.0.0.1:8000,http://127.0.0.1:8001")
    if len(choices.upstreams) > MOST_UPSTREAMS:
        raise Failure(f"{len(choices.upstreams)} UPSTREAM_URLS are too many", advice=f"use at most {MOST_UPSTREAMS}")
    for url in choices.upstreams:
        if not re.fullmatch(r"https?://[^\s@?#,]+", url):
            raise Failure(f"UPSTREAM_URLS: {url} is no address", advice="use http://host:port or https://host:port")
    if choices.replicas < 1 or choices.replicas > 4:
        raise Failure(f"REPLICAS={choices.replicas} is out of bounds", advice="use 1 to 4: ports are 10 apart")


def up(layout: Layout, choices: Choices) -> None:
    check(choices)
    with only_one(layout):
        if choices.builds:
            make_executables(layout, choices)
        state = start(layout, choices)
        if choices.asks:
            demo.first_question(layout, state)
        environment.announce(layout, state)


def make_executables(layout: Layout, choices: Choices) -> None:
    """Engine, executables and models, whatever of them is missing."""
    engine.install(layout)
    # Servers that chat rarely embed: beside them our own small model does.
    if choices.engine in ("llama", "upstream"):
        models.fetch(layout)
    build.build(layout)
    if choices.engine == "llama":
        models.make_ready(layout)


def start(layout: Layout, choices: Choices) -> State:
    """Brings stores, schemas and services up, and the demo organisation into being."""
    state = State.load(layout)
    state.engine, state.replicas, state.port_offset = choices.engine, choices.replicas, choices.port_offset
    state.upstreams = list(choices.upstreams)
    state.upstream_key_file = str(Path(choices.upstream_key_file).resolve()) if choices.upstream_key_file else ""
    state.settings = choices.settings
    make_secrets(layout)
    running = supervisor.is_running(layout)
    _start_stores(layout, state, running=running)
    with step("Postgres: roles and migrations"):
        postgres.make_roles(layout, state)
        configuration.write_all(layout, state)
        migrate(layout)
    instances = state.instances()
    # A copy that stands already may have been stopped by a clash half way: only its own processes may hold its ports.
    ports.demand_free(instances, _pids(layout) if running else {})
    with step(f"services: start {len(instances)} processes"):
        _start_services(layout, state)
        readiness.wait_all(layout, instances)
    demo.bootstrap(layout)
    environment.write(layout, state)
    return state


def make_secrets(layout: Layout) -> None:
    """Certificates, keys and passwords; what is there already stays."""
    layout.prepare()
    certificates.make(layout.certificates)
    certificates.make_signing_key(layout.signing_keys)
    for user in [postgres.SUPERUSER, *postgres.roles()]:
        passwords.file(layout, "postgres", user)
    write_private(layout.secrets / "redis-users", redis.users(layout))


def rotate(layout: Layout) -> None:
    """New certificates under the authority that is there. Running services look at the files every few seconds."""
    if not (layout.certificates / "ca.key").exists():
        raise Failure("there is no authority to sign certificates", advice="use `make secrets` or `make up` first")
    with only_one(layout):
        certificates.rotate(layout.certificates)


def migrate(layout: Layout) -> None:
    """Brings every schema to the newest version, forward only, each with its service's own tool."""
    for service in table.services():
        if service.schema:
            output([
                str(layout.products / f"{service.name}-admin"), "migrate", "--apply",
                "--config", str(configuration.path(layout, f"{service.name}-migrate"))],
                cwd=layout.repository)


def _start_stores(layout: Layout, state: State, *, running: bool) -> None:
    if not running:
        # Ports are chosen anew when somebody took the remembered ones while we were down.
        state.postgres_port = state.postgres_port if ports.is_free(state.postgres_port) else 0
        state.redis_port = state.redis_port if ports.is_free(state.redis_port) else 0
    postgres_home, redis_home = postgres.prepare(layout, state), redis.prepare(layout, state)
    state.save(layout)
    entries = [
        supervisor.entry(layout, "postgres", STORE_PRIORITY, postgres.program(postgres_home)),
        supervisor.entry(layout, "redis", STORE_PRIORITY, redis.program(redis_home)),
    ]
    supervisor.write_programs(layout, "stores", entries)
    if running:
        redis.reload_users(layout, state)
        return
    with step("stores: start Postgres and Redis"):
        # The services come after their migrations; a list from last time would start them too early.
        supervisor.write_programs(layout, "services", [])
        supervisor.start(layout)
        postgres.wait_ready(layout, state)
        redis.wait_ready(layout, state)
    say(f"stores: Postgres on port {state.postgres_port}, Redis on port {state.redis_port}, loopback only")


def _pids(layout: Layout) -> dict[str, int]:
    return {name: state.pid for name, state in supervisor.states(layout).items() if state.pid is not None}


def _start_services(layout: Layout, state: State) -> None:
    entries = []
    for order, service in enumerate(table.services()):
        executable = layout.products / service.name
        if not executable.exists():
            raise Failure(f"{executable} is missing", advice="run `make build`")
        for instance in state.instances(service):
            settings = configuration.path(layout, instance.name)
            options = {
                "command": f"{executable} --config {settings}", "directory": str(layout.repository),
                "stopwaitsecs": "40",
            }
            mark = supervisor.fingerprint(executable, settings)
            entries.append(
                supervisor.entry(layout, instance.name, SERVICE_PRIORITY + order, options, fingerprint=mark))
    supervisor.write_programs(layout, "services", entries)
    supervisor.update(layout)
