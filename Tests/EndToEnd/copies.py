# SPDX-License-Identifier: Apache-2.0
"""Running copies for tests: real executables, real stores, on ports of their own.

A copy is what `make up` makes, under another folder and with an offset on every port, so that a developer's own copy
goes on undisturbed. It is stopped by `make down`'s own code, whatever the tests did to it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from parley import foreign, operate, ports, up
from parley.failure import Failure
from parley.layout import REPOSITORY, Layout

import publications
from suite import Suite


@dataclass(frozen=True)
class Fronted:
    """A copy whose workers compute nothing themselves, and the server that does."""

    suite: Suite
    server: foreign.Server


@dataclass(frozen=True)
class Publishing:
    """A copy in front of a server that tells what its cache holds, and that server's publisher."""

    suite: Suite
    publisher: publications.Publisher


@pytest.fixture(scope="session")
def simulated() -> Iterator[Suite]:
    """Two of everything, answered by the simulated engine: quick, and the same every time."""
    yield from _copy(up.Choices(engine="simulated", replicas=2, builds=False))


@pytest.fixture(scope="session")
def real() -> Iterator[Suite]:
    """One of everything and two workers with the real models."""
    yield from _copy(up.Choices(engine="llama", builds=False))


@pytest.fixture(scope="module")
def fronted() -> Iterator[Fronted]:
    """One of everything and two workers in front of llama.cpp's own server."""
    with foreign.running(Layout(run=REPOSITORY / ".run")) as server:
        for suite in _copy(up.Choices(engine="upstream", upstreams=(server.url,), builds=False, asks=False)):
            yield Fronted(suite, server)


@pytest.fixture(scope="module")
def publishing() -> Iterator[Publishing]:
    """One of everything and two workers that listen to what the server behind them publishes."""
    with publications.running() as (url, publisher):
        settings = {"model-worker": {"upstream": {"cache_events": f"tcp://127.0.0.1:{publisher.port}"}}}
        choices = up.Choices(engine="upstream", upstreams=(url,), builds=False, asks=False, settings=settings)
        for suite in _copy(choices):
            yield Publishing(suite, publisher)


def _copy(choices: up.Choices) -> Iterator[Suite]:
    folder = Path(tempfile.mkdtemp(prefix="parley-"))
    # Postgres runs under another account and must reach its data below; what is private in there says so itself.
    folder.chmod(0o755)
    layout = Layout(run=folder)
    chosen = up.Choices(**{**vars(choices), "port_offset": ports.free_offset(choices.replicas)})
    try:
        up.up(layout, chosen)
        yield Suite(layout)
    except Failure as failure:
        pytest.exit(failure.report(), returncode=1)
    finally:
        operate.down(layout)
        shutil.rmtree(folder, ignore_errors=True)
