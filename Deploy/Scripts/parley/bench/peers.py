# SPDX-License-Identifier: Apache-2.0
"""Peers that can be had cheaply: Debian's nginx and haproxy, and two routers from PyPI.

The two proxies are the floor: they forward, and know neither keys nor limits, money or moderation. vLLM's router is a
program of the kind that people put before their engines; it balances and knows none of these either. A peer that is
not installed is left out and said so.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from parley import ports
from parley.bench.load import Target, running
from parley.commands import run_logged
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import say, step
from parley.waiting import wait_until

PEER_PORT = 19_200
ROUTER = "vllm-router==0.1.17"
CACHE_AWARE_ROUTER = "smg==1.13.0"
# It asks every worker who it is before it takes requests.
ROUTER_START_SECONDS = 30.0


@dataclass(frozen=True)
class Peer:
    """A program in front of the mock: its name and the command that starts it."""

    name: str
    # Given a folder of its own, its port and the mock's.
    command: Callable[[Path, int, int], list[str]]

    @contextmanager
    def before(self, upstream: Target, folder: Path) -> Iterator[tuple[Target, int]]:
        """Runs the peer for as long as the block; answers with where it listens and its pid."""
        port = ports.free_near(PEER_PORT)
        home = folder / self.name.replace(" ", "-")
        home.mkdir(parents=True, exist_ok=True)
        with running(self.command(home, port, upstream.port), port, cwd=home) as pid:
            yield Target(port), pid


@dataclass(frozen=True)
class Router:
    """A program in front of several workers that chooses by what their caches hold."""

    name: str
    program: Path

    @contextmanager
    def before(self, workers: Sequence[int], folder: Path) -> Iterator[tuple[Target, int]]:
        """Runs it for as long as the block; answers with where it listens and its pid."""
        port = ports.free_near(PEER_PORT)
        command = [
            str(self.program), "launch", "--host", "127.0.0.1", "--port", str(port), "--prometheus-host", "127.0.0.1",
            "--prometheus-port", str(ports.free_near(port + 100)), "--log-level", "warn", "--policy", "cache_aware",
            "--worker-urls", *(f"http://127.0.0.1:{worker}" for worker in workers)]
        with running(command, port, cwd=folder) as pid:
            wait_until(lambda: _serves(port), ROUTER_START_SECONDS, f"{self.name} answers a chat")
            yield Target(port), pid


def _serves(port: int) -> bool:
    question = {"model": "mock", "max_tokens": 1, "messages": [{"role": "user", "content": "hello"}]}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/chat/completions", json.dumps(question).encode(),
        {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5.0) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def cache_aware_router(layout: Layout) -> Router | None:
    """The successor of SGLang's router, whose `cache_aware` policy has the best rows of all that were compared."""
    program = _installed(layout, CACHE_AWARE_ROUTER)
    return Router(CACHE_AWARE_ROUTER.replace("==", " "), program) if program else None


def available(layout: Layout) -> list[Peer]:
    """Peers on this machine, the one nearest to us first."""
    found = []
    router = _installed(layout, ROUTER)
    if router:
        found.append(Peer("vllm-router 0.1.17", lambda home, port, upstream: _router_command(router, port, upstream)))
    nginx = _find("nginx")
    if nginx:
        found.append(Peer("nginx", lambda home, port, upstream: _nginx(nginx, home, port, upstream)))
    haproxy = _find("haproxy")
    if haproxy:
        found.append(Peer("haproxy", lambda home, port, upstream: _haproxy(haproxy, home, port, upstream)))
    if not (nginx and haproxy):
        say("peers: some are missing; `apt-get install nginx-light haproxy` adds them")
    return found


def _find(name: str) -> str | None:
    # Debian's proxies lie where only root's path looks.
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _installed(layout: Layout, requirement: str) -> Path | None:
    """A router from PyPI in an environment of its own, installed on first use; nothing where it cannot be had."""
    name = requirement.partition("==")[0]
    home = layout.cache / "bench" / name
    program = home / "bin" / name
    if program.exists():
        return program
    log = layout.cache / "logs" / f"{name}.log"
    try:
        with step(f"peers: install {name}"):
            run_logged([sys.executable, "-m", "venv", str(home)], log)
            run_logged(
                [str(home / "bin" / "pip"), "install", "--disable-pip-version-check", requirement], log, seconds=180.0)
    except Failure as failure:
        say(f"peers: {name} is left out: {failure.sentence}")
        return None
    return program


def _router_command(program: Path, port: int, upstream: int) -> list[str]:
    return [
        str(program), "--host", "127.0.0.1", "--port", str(port), "--prometheus-host", "127.0.0.1",
        "--prometheus-port", str(ports.free_near(port + 100)), "--log-level", "warning", "--policy", "round_robin",
        "--worker-urls", f"http://127.0.0.1:{upstream}"]


def _nginx(program: str, home: Path, port: int, upstream: int) -> list[str]:
    """One worker, connections kept in both directions, nothing buffered: a stream's words must not wait."""
    file = home / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""
    temporary = "\n".join(
        f"    {kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    file.write_text(f"""{user}worker_processes 1;
worker_rlimit_nofile 16384;
daemon off;
pid {home}/pid;
error_log {home}/errors.log;
events {{ worker_connections 8192; }}
http {{
    access_log off;
{temporary}
    keepalive_requests 1000000;
    upstream engine {{
        server 127.0.0.1:{upstream};
        keepalive 256;
        keepalive_requests 1000000;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://engine;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
""", encoding="utf-8")
    return [program, "-e", str(home / "errors.log"), "-p", str(home), "-c", str(file)]


def _haproxy(program: str, home: Path, port: int, upstream: int) -> list[str]:
    file = home / "haproxy.cfg"
    file.write_text(f"""global
    nbthread 1
    maxconn 8192
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    option http-no-delay
    http-reuse always
frontend edge
    bind 127.0.0.1:{port}
    default_backend engine
backend engine
    server only 127.0.0.1:{upstream} maxconn 8192
""", encoding="utf-8")
    return [program, "-db", "-f", str(file)]
