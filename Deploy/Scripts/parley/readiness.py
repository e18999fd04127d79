# SPDX-License-Identifier: Apache-2.0
"""Asks every process whether it is ready, and says which is not, and why."""

from __future__ import annotations

import http.client

from parley import supervisor
from parley.failure import Failure
from parley.layout import Layout
from parley.table import Instance
from parley.waiting import wait_until

# A worker reads its models from disk and calibrates itself; the others are ready within a second.
READY_SECONDS = 120.0
ANSWER_SECONDS = 2.0


def is_ready(instance: Instance) -> bool:
    """Whether the process answers `/readyz` with 200."""
    return _status(instance) == 200


def wait_all(layout: Layout, instances: list[Instance]) -> None:
    """Waits until all are ready; fails at once with the log of one that cannot run."""
    waiting = list(instances)

    def all_ready() -> bool:
        waiting[:] = [instance for instance in waiting if not is_ready(instance)]
        if waiting:
            _fail_if_broken(layout, waiting)
        return not waiting

    try:
        wait_until(all_ready, READY_SECONDS, "every service is ready")
    except Failure as failure:
        if failure.log is not None or not waiting:
            raise
        names = ", ".join(instance.name for instance in waiting)
        raise Failure(
            f"not ready after {READY_SECONDS:.0f} s: {names}", log=layout.logs / f"{waiting[0].name}.log",
            advice=f"`make logs SERVICE={waiting[0].service.name}`; `make status` shows all") from failure


def _fail_if_broken(layout: Layout, waiting: list[Instance]) -> None:
    states = supervisor.states(layout)
    for instance in waiting:
        state = states.get(instance.name)
        if state is not None and state.state in ("BACKOFF", "FATAL"):
            raise Failure(
                f"{instance.name} does not start ({state.detail})", log=layout.logs / f"{instance.name}.log",
                advice="its last lines say why; when it is mended, `make up` goes on from here")


def _status(instance: Instance) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", instance.health_port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
