# SPDX-License-Identifier: Apache-2.0
"""The private Redis of one copy: on loopback, append-only, one user per service with the least rights."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from parley import accounts, passwords, ports
from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout, write_private
from parley.state import REDIS_PORT, State
from parley.waiting import wait_until

OPERATOR = "operator"
START_SECONDS = 30.0


def prepare(layout: Layout, state: State) -> Path:
    """Writes settings and users; answers with the store's folder."""
    home = accounts.home(layout, "redis")
    if not state.redis_port:
        state.redis_port = ports.free_near(REDIS_PORT + state.port_offset)
    settings = (layout.deploy / "Redis" / "redis.conf").read_text(encoding="utf-8")
    settings += f"port {state.redis_port}\ndir {home}\naclfile {home / 'users.acl'}\n"
    for name, text in (("redis.conf", settings), ("users.acl", users(layout))):
        write_private(home / name, text)
        accounts.give(home / name, "redis")
    return home


def program(home: Path) -> dict[str, str]:
    owner = accounts.account("redis")
    entry = {"command": f"redis-server {home / 'redis.conf'}", "directory": str(home), "stopwaitsecs": "30"}
    return entry if owner is None else {**entry, "user": owner.pw_name}


def wait_ready(layout: Layout, state: State) -> None:
    def is_ready() -> bool:
        try:
            return command(layout, state, "PING").strip() == "PONG"
        except Failure:
            return False

    wait_until(is_ready, START_SECONDS, "Redis answers", log=layout.logs / "redis.log")


def reload_users(layout: Layout, state: State) -> None:
    """A Redis that was running already learns of changed rights without losing its connections."""
    command(layout, state, "ACL", "LOAD")


def command(layout: Layout, state: State, *words: str) -> str:
    return output(
        ["redis-cli", "-h", "127.0.0.1", "-p", str(state.redis_port), "--user", OPERATOR, "-e", *words],
        env={"REDISCLI_AUTH": passwords.password(layout, "redis", OPERATOR)}, seconds=10.0)


def users(layout: Layout) -> str:
    """The ACL file, which allows no comments, with the digest of each user's password."""
    def digest(match: re.Match[str]) -> str:
        word = passwords.password(layout, "redis", match.group(1))
        return "#" + hashlib.sha256(word.encode()).hexdigest()

    lines = (layout.deploy / "Redis" / "users.acl").read_text(encoding="utf-8").splitlines()
    rules = [re.sub(r"#\{(\w+)\}", digest, line) for line in lines if line.startswith("user ")]
    return "\n".join(rules) + "\n"
