# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley import configuration, ports, postgres, readiness, supervisor, table, up
from parley.failure import Failure
from parley.layout import Layout
from parley.supervisor import ProcessState
from parley.table import Instance

REPLICAS = 1


@pytest.fixture
def offset() -> int:
    return ports.free_offset(REPLICAS)


@pytest.fixture
def taken(offset: int) -> Iterator[Instance]:
    """An instance on whose port somebody listens already: this process."""
    instance = table.instances(REPLICAS, offset)[0]
    with socket.create_server(("127.0.0.1", instance.port)):
        yield instance


def test_a_port_that_another_program_has_is_named(taken: Instance) -> None:
    with pytest.raises(Failure, match=rf"{taken.port} \({taken.name}\)"):
        ports.demand_free([taken], {})


def test_an_own_process_may_hold_its_port(taken: Instance) -> None:
    ports.demand_free([taken], {taken.name: os.getpid()})


@pytest.mark.parametrize("pid", [os.getppid(), 2**22 + 1], ids=["another's", "nobody's"])
def test_a_process_that_does_not_listen_holds_nothing(taken: Instance, pid: int) -> None:
    with pytest.raises(Failure, match="in use by other programs"):
        ports.demand_free([taken], {taken.name: pid})


def test_a_second_start_after_a_clash_finds_it_again(
    taken: Instance, offset: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first has left the stores running and, before this was looked at, services that wait for their ports."""
    waiting = ProcessState(taken.name, "BACKOFF", "Exited too quickly (process log may have details)")
    monkeypatch.setattr(supervisor, "is_running", lambda _: True)
    monkeypatch.setattr(supervisor, "states", lambda _: {taken.name: waiting})
    for owner, name in [
        (up, "_start_stores"), (up, "make_secrets"), (up, "migrate"), (postgres, "make_roles"),
        (configuration, "write_all"),
    ]:
        monkeypatch.setattr(owner, name, lambda *_, **__: None)
    begun: list[str] = []
    monkeypatch.setattr(up, "_start_services", lambda *_: begun.append("services"))
    monkeypatch.setattr(readiness, "wait_all", lambda *_: begun.append("taken for ready"))
    with pytest.raises(Failure, match="in use by other programs"):
        up.start(Layout(run=tmp_path), up.Choices(engine="simulated", replicas=REPLICAS, port_offset=offset))
    assert begun == []
