# SPDX-License-Identifier: Apache-2.0
"""Where everything lies: the repository, its cache, and the running copy under `.run`."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# A Unix socket's path must fit in 108 bytes, the terminating zero included (sockaddr_un).
LONGEST_SOCKET_PATH = 107


@dataclass(frozen=True)
class Layout:
    """The folders of one running copy. `make test` uses several at once, `make up` the one in `.run`."""

    run: Path
    repository: Path = REPOSITORY

    @property
    def cache(self) -> Path:
        return self.repository / ".cache"

    @property
    def models(self) -> Path:
        return self.cache / "models"

    @property
    def products(self) -> Path:
        return self.repository / ".build" / "release"

    @property
    def deploy(self) -> Path:
        return self.repository / "Deploy"

    @property
    def certificates(self) -> Path:
        return self.run / "certificates"

    @property
    def secrets(self) -> Path:
        return self.run / "secrets"

    @property
    def signing_keys(self) -> Path:
        return self.secrets / "signing-keys"

    @property
    def objects(self) -> Path:
        """The bytes of uploaded files."""
        return self.run / "objects"

    @property
    def config(self) -> Path:
        return self.run / "config"

    @property
    def logs(self) -> Path:
        return self.run / "logs"

    @property
    def traces(self) -> Path:
        return self.run / "traces"

    @property
    def environment(self) -> Path:
        return self.run / "env"

    @property
    def demo(self) -> Path:
        """What the demo organisation was given: its keys, ids and the ingested file."""
        return self.secrets / "demo.json"

    @property
    def state(self) -> Path:
        """How this copy was started: replicas, engine, offset, the ports of the stores."""
        return self.run / "state.json"

    @property
    def supervisor_configuration(self) -> Path:
        return self.run / "supervisord.conf"

    @property
    def programs(self) -> Path:
        return self.run / "programs"

    @property
    def sockets(self) -> Path:
        """A folder short enough for Unix sockets: below `.run`, or below /tmp when the clone lies very deep."""
        near = self.run / "sockets"
        if len(os.fsencode(near / ".s.PGSQL.65535.lock")) <= LONGEST_SOCKET_PATH:
            return near
        return Path("/tmp") / f"parley-{self.digest}"

    @property
    def digest(self) -> str:
        """A short name for this copy, for what must lie outside of it."""
        return hashlib.sha256(os.fsencode(self.run)).hexdigest()[:12]

    def prepare(self) -> None:
        """Makes the folders; those with keys and passwords are the owner's alone."""
        self.run.mkdir(parents=True, exist_ok=True)
        for folder in (self.config, self.logs, self.programs, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.secrets, self.certificates, self.traces, self.objects):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Writes a file only its owner may read, never visible half written or with wider rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.chmod(0o600)
    fresh.replace(path)


def write_if_changed(path: Path, text: str) -> bool:
    """Writes a file unless it says the same already; tells whether it did."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True
