# SPDX-License-Identifier: Apache-2.0
"""Internal ports of a copy, spoken to by the independent client and under any of the suite's names."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

import contracts
from protocol.connection import Connection
from protocol.link import Link, identity
from protocol.metadata import Metadata, Principal
from protocol.preface import Preface
from suite import Suite

SECONDS = 5.0


def dial(suite: Suite, service: str, caller: str, replica: int = 1, own: Preface | None = None) -> Connection:
    return Connection(port(suite, service, replica), identity(suite.layout.certificates, caller), service, own)


def moderation_link(suite: Suite, own: Preface | None = None) -> Link:
    """A connection to moderation on which a test says what it likes."""
    return Link(port(suite, "moderation"), identity(suite.layout.certificates, "orchestrator"), "moderation", own)


def port(suite: Suite, service: str, replica: int = 1) -> int:
    return next(one.port for one in suite.instances(service) if one.number == replica)


def ask(connection: Connection, name: str, who: Metadata | None = None, **fields: Any) -> Any:
    method = contracts.method(name).id
    reply = connection.unary(method, contracts.encoded(name, **fields), seconds=SECONDS, metadata=who)
    return contracts.decoded(name, reply)


@pytest.fixture(scope="session")
def who(simulated: Suite) -> Metadata:
    """The demo user, as auth tells the gateway who holds the demo key."""
    digest = hashlib.sha256(simulated.variables["PARLEY_API_KEY"].encode()).digest()
    with dial(simulated, "auth", "gateway") as auth:
        found = ask(auth, "auth.VerifyKey", key_hash=digest)
    return Metadata(principal=Principal(
        found.organisation_id, found.project_id, found.user_id, found.plan, tuple(found.scopes), found.key_id))
