# SPDX-License-Identifier: Apache-2.0
"""Debian's supervisord keeps the processes of a copy: it starts them, restarts what dies and rotates their logs."""

from __future__ import annotations

import hashlib
import os
import resource
from dataclasses import dataclass
from pathlib import Path

from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout, write_if_changed, write_private
from parley.waiting import wait_until

# Streams are file descriptors; the suite is meant for thousands of them in one process.
WANTED_DESCRIPTORS = 65_536
LOG_BYTES = "10MB"
LOG_BACKUPS = "3"
START_SECONDS = 15.0
# Drains are bounded by each service's own setting; this bound is over all of them, one after the other.
STOP_SECONDS = 180.0
# A program that keeps dying is tried again, at growing intervals, until somebody looks: the stores may be coming back.
START_RETRIES = "1000"
# glibc keeps seven freed pieces of each size up to 1 KiB at hand; a process with hundreds of tasks under way frees and
# takes far more, and larger ones (Docs/Decisions/0042).
ALLOCATOR = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=200:glibc.malloc.tcache_max=8192"}


@dataclass(frozen=True)
class ProcessState:
    """One line of `supervisorctl status`."""

    name: str
    state: str
    detail: str

    @property
    def pid(self) -> int | None:
        words = self.detail.split()
        return int(words[1].rstrip(",")) if len(words) > 1 and words[0] == "pid" else None


def entry(layout: Layout, name: str, priority: int, options: dict[str, str], *, fingerprint: str = "") -> str:
    """One program. A changed fingerprint makes supervisord restart it when told to update.

    Lower priorities start first and stop last.
    """
    environment = {"FRONT_DOOR_FINGERPRINT": fingerprint, **ALLOCATOR}
    values = {
        "priority": str(priority), "autostart": "true", "autorestart": "true", "startsecs": "1",
        "startretries": START_RETRIES, "stdout_logfile": str(layout.logs / f"{name}.log"),
        "stdout_logfile_maxbytes": LOG_BYTES, "stdout_logfile_backups": LOG_BACKUPS, "redirect_stderr": "true",
        "environment": ",".join(f'{key}="{value}"' for key, value in environment.items()), **options,
    }
    lines = [f"{key}={value.replace('%', '%%')}" for key, value in values.items()]
    return f"[program:{name}]\n" + "\n".join(lines) + "\n"


def fingerprint(*paths: Path) -> str:
    """Changes when an executable is rebuilt or a settings file says something else."""
    digest = hashlib.sha256()
    for path in paths:
        status = path.stat()
        digest.update(f"{path}:{status.st_size}:{status.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def is_running(layout: Layout) -> bool:
    try:
        return output(_control(layout, "pid"), seconds=10.0).strip().isdigit()
    except Failure:
        return False


def write_programs(layout: Layout, group: str, entries: list[str]) -> None:
    write_if_changed(layout.programs / f"{group}.conf", "\n".join(entries))


def start(layout: Layout) -> None:
    """Starts supervisord with the programs written so far."""
    write_private(layout.supervisor_configuration, _configuration(layout))
    output(["supervisord", "-c", str(layout.supervisor_configuration)])
    wait_until(lambda: is_running(layout), START_SECONDS, "supervisord answers", log=layout.logs / "supervisord.log")


def update(layout: Layout) -> None:
    """Makes supervisord run what is written now: starts the new, restarts the changed, stops the removed."""
    output(_control(layout, "update"), seconds=STOP_SECONDS)


def states(layout: Layout) -> dict[str, ProcessState]:
    """What every program is doing; empty when nothing runs."""
    if not is_running(layout):
        return {}
    try:
        text = output(_control(layout, "status"))
    except Failure as failure:
        # Status 3 only says that some program is not running; its table is still what we want.
        _, _, text = failure.sentence.partition("status 3: ")
    found = {}
    for line in text.splitlines():
        name, state, detail = (line.split(None, 2) + ["", ""])[:3]
        found[name] = ProcessState(name, state, detail)
    return found


def stop(layout: Layout) -> bool:
    """Stops every program, gateway first and stores last, and supervisord itself; tells whether it ran."""
    pid_file = layout.run / "supervisord.pid"
    if not is_running(layout):
        return False
    pid = int(output(_control(layout, "pid")).strip())
    output(_control(layout, "shutdown"))
    wait_until(
        lambda: not _is_alive(pid), STOP_SECONDS, f"supervisord (pid {pid}) has stopped everything",
        log=layout.logs / "supervisord.log")
    pid_file.unlink(missing_ok=True)
    return True


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    # A finished process that nobody has collected yet, as in a container without an init, is finished.
    return state != "Z"


def _control(layout: Layout, *words: str) -> list[str]:
    return ["supervisorctl", "-c", str(layout.supervisor_configuration), *words]


def _configuration(layout: Layout) -> str:
    socket = layout.sockets / "supervisor.sock"
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    descriptors = WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, WANTED_DESCRIPTORS)
    user = "user=root\n" if os.geteuid() == 0 else ""
    return f"""; Written by `make up`.
[unix_http_server]
file={socket}
chmod=0700

[supervisord]
logfile={layout.logs / "supervisord.log"}
logfile_maxbytes={LOG_BYTES}
logfile_backups=1
pidfile={layout.run / "supervisord.pid"}
childlogdir={layout.logs}
directory={layout.repository}
identifier=parley-{layout.digest}
minfds={descriptors}
{user}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{socket}

[include]
files={layout.programs}/*.conf
"""
