# SPDX-License-Identifier: Apache-2.0
"""Passwords of the stores: made once per copy, kept in files that only their owner may read."""

from __future__ import annotations

import secrets
from pathlib import Path

from parley.layout import Layout, write_private

# 32 bytes of the system's randomness; nobody types them.
PASSWORD_BYTES = 32


def file(layout: Layout, store: str, user: str) -> Path:
    """The file with the password of one user of one store, made on first use."""
    path = layout.secrets / f"{store}-{user}"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(PASSWORD_BYTES))
    return path


def password(layout: Layout, store: str, user: str) -> str:
    return file(layout, store, user).read_text(encoding="utf-8").strip()
