# SPDX-License-Identifier: Apache-2.0
"""The private Postgres of one copy: a cluster of its own, on loopback, with a password for every role."""

from __future__ import annotations

import shutil
from pathlib import Path

from parley import accounts, passwords, ports, table
from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout, write_private
from parley.progress import step
from parley.state import POSTGRES_PORT, State
from parley.waiting import wait_until

BINARIES = Path("/usr/lib/postgresql/15/bin")
SUPERUSER = "postgres"
DATABASE = "parley"
OWNER = "parley_owner"
START_SECONDS = 60.0


def role(service: str) -> str:
    return f"parley_{service.replace('-', '_')}"


def roles() -> list[str]:
    """The owner, who migrates, and one role for each service that keeps something here."""
    return [OWNER] + [role(service.name) for service in table.services() if service.schema]


def prepare(layout: Layout, state: State) -> Path:
    """Makes the cluster on first use and writes its settings; answers with its folder."""
    home = accounts.home(layout, "postgres")
    data = home / "data"
    if not (data / "PG_VERSION").exists():
        with step("Postgres: make a cluster"):
            _initialise(layout, home, data)
    if not state.postgres_port:
        state.postgres_port = ports.free_near(POSTGRES_PORT + state.port_offset)
    _configure(state, data)
    return home


def program(home: Path) -> dict[str, str]:
    """The supervisor's entry. INT asks Postgres to disconnect everybody and stop cleanly."""
    owner = accounts.account("postgres")
    entry = {
        "command": f"{BINARIES / 'postgres'} -D {home / 'data'}", "directory": str(home), "stopsignal": "INT",
        "stopwaitsecs": "30",
    }
    return entry if owner is None else {**entry, "user": owner.pw_name}


def wait_ready(layout: Layout, state: State) -> None:
    def is_ready() -> bool:
        try:
            return psql(layout, state, "SELECT 1", database="postgres").strip() == "1"
        except Failure:
            return False

    wait_until(is_ready, START_SECONDS, "Postgres answers", log=layout.logs / "postgres.log")


def make_roles(layout: Layout, state: State) -> None:
    """Applies `Deploy/Postgres/roles.sql`: the database, its roles, their schemas. Safe to repeat."""
    words = {f"{name.upper()}_PASSWORD": passwords.password(layout, "postgres", name) for name in roles()}
    script = (layout.deploy / "Postgres" / "roles.sql").read_text(encoding="utf-8")
    _run_psql(layout, state, script, database="postgres", extra=words)


def psql(layout: Layout, state: State, sql: str, *, database: str = DATABASE) -> str:
    """Runs SQL as the superuser, for setting up and for looking; services have roles of their own."""
    return _run_psql(layout, state, sql, database=database, extra={})


def _run_psql(layout: Layout, state: State, sql: str, *, database: str, extra: dict[str, str]) -> str:
    env = {"PGPASSWORD": passwords.password(layout, "postgres", SUPERUSER), "PGCONNECT_TIMEOUT": "5", **extra}
    return output([
        "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(state.postgres_port),
        "-U", SUPERUSER, "-d", database, "-f", "-"], env=env, text=sql)


def _initialise(layout: Layout, home: Path, data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    # initdb reads the password from a file that its account can read; it is gone a moment later.
    word = home / "password"
    write_private(word, passwords.password(layout, "postgres", SUPERUSER))
    accounts.give(word, "postgres")
    try:
        output(accounts.as_account("postgres", [
            str(BINARIES / "initdb"), "-D", str(data), "-U", SUPERUSER, f"--pwfile={word}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]), cwd=home, env={"HOME": str(home)})
    finally:
        word.unlink(missing_ok=True)


def _configure(state: State, data: Path) -> None:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(state.postgres_port),
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        # Seven services times two replicas, each with a pool of at most ten, and room for the admin tools.
        "max_connections": "200",
        # After a crash every file of the cluster is made durable before the log is read. One by one, the default, its
        # 1,400 files take two seconds on a busy disk; one call for the whole file system takes a twentieth of that.
        "recovery_init_sync_method": "syncfs",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        # Statements carry what people wrote; they do not belong in a log.
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
    }
    text = "# Written by `make up`; it is written anew each time.\n"
    text += "".join(f"{key} = '{value}'\n" for key, value in settings.items())
    access = "# Everybody shows a password, over loopback only.\nhost all all 127.0.0.1/32 scram-sha-256\n"
    for name, content in (("postgresql.conf", text), ("pg_hba.conf", access)):
        write_private(data / name, content)
        accounts.give(data / name, "postgres")
