# SPDX-License-Identifier: Apache-2.0
"""Which system account runs a store, and where its data may lie."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from parley.layout import Layout

# Anybody may pass through a folder whose mode has this bit.
PASSABLE = 0o001


def account(preferred: str) -> pwd.struct_passwd | None:
    """The account a store runs under: none when we are not root and so run it as ourselves.

    Postgres refuses to run as root, and Redis has no need to; Debian's packages made an account for each.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(preferred)
    except KeyError:
        return pwd.getpwnam("nobody")


def home(layout: Layout, store: str) -> Path:
    """The store's folder: below `.run`, or below /var/lib when another account cannot reach the clone.

    A clone in /root is such a place. The folder is made and given to the account.
    """
    owner = account(store)
    folder = layout.run / store
    if owner is not None and not _is_reachable(folder):
        folder = Path("/var/lib/parley") / layout.digest / store
    folder.mkdir(parents=True, exist_ok=True)
    if owner is not None:
        shutil.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)
    return folder


def give(path: Path, store: str) -> None:
    """Hands a file to the store's account."""
    owner = account(store)
    if owner is not None:
        shutil.chown(path, owner.pw_uid, owner.pw_gid)


def as_account(store: str, argv: list[str]) -> list[str]:
    """The command, run under the store's account when we are root."""
    owner = account(store)
    if owner is None:
        return argv
    return [
        "setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", "--", *argv]


def _is_reachable(folder: Path) -> bool:
    return all(parent.stat().st_mode & PASSABLE for parent in folder.parents)
