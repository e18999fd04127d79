# SPDX-License-Identifier: Apache-2.0
"""`make status`, `make logs` and `make down`."""

from __future__ import annotations

import os
import sys

from parley import readiness, supervisor, table
from parley.failure import Failure
from parley.layout import Layout
from parley.lock import only_one
from parley.progress import plain, step
from parley.state import State

LINES_SHOWN = "100"


def status(layout: Layout) -> bool:
    """Prints one line for each process; tells whether everything is well."""
    states = supervisor.states(layout)
    if not states:
        plain(f"nothing is running in {layout.run}: `make up` starts it")
        return False
    state = State.load(layout)
    rows = [("process", "state", "pid", "port", "health", "ready")]
    stores = {"postgres": state.postgres_port, "redis": state.redis_port}
    for name, port in stores.items():
        running = states.get(name)
        word = running.state if running else "ABSENT"
        rows.append((name, word, _pid(running), str(port), "", "yes" if word == "RUNNING" else "NO"))
    for instance in state.instances():
        running = states.get(instance.name)
        ready = "yes" if readiness.is_ready(instance) else "NO"
        port = instance.ports.get("https", instance.port)
        word = running.state if running else "ABSENT"
        rows.append((instance.name, word, _pid(running), str(port), str(instance.health_port), ready))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        plain("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return all(row[-1] == "yes" for row in rows[1:])


def logs(layout: Layout, service: str) -> None:
    """Follows the logs at a terminal; into a pipe it prints their ends and returns."""
    files = sorted(layout.logs.glob("*.log"))
    if service:
        files = [file for file in files if file.stem == service or file.stem.rpartition("-")[0] == service]
    if not files:
        names = ", ".join(service.name for service in table.services())
        raise Failure(f"no log of {service or 'anything'} in {layout.logs}", advice=f"SERVICE is one of: {names}")
    follow = ["-F"] if sys.stdout.isatty() else []
    os.execvp("tail", ["tail", "-n", LINES_SHOWN, *follow, *[str(file) for file in files]])


def down(layout: Layout) -> None:
    with only_one(layout), step("stop all processes, the gateway first"):
        was_running = supervisor.stop(layout)
    if not was_running:
        plain(f"nothing was running in {layout.run}")


def _pid(state: supervisor.ProcessState | None) -> str:
    return str(state.pid) if state and state.pid else "-"
