# SPDX-License-Identifier: Apache-2.0
"""Section 6: who asks, within which trace, and what else travels with a call."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

PLANS = ("free", "pro", "enterprise")


@dataclass(frozen=True)
class Trace:
    """As W3C's `traceparent` says it: sixteen and eight octets."""

    trace_id: bytes
    span_id: bytes
    is_sampled: bool = True


@dataclass(frozen=True)
class Principal:
    organisation: bytes
    project: bytes
    user: bytes
    plan: str
    scopes: tuple[str, ...] = ()
    key: bytes = b""

    @property
    def octets(self) -> bytes:
        scopes = [scope.encode() for scope in self.scopes]
        return (
            self.organisation + self.project + self.user + self.key + bytes([PLANS.index(self.plan), len(scopes)])
            + b"".join(bytes([len(scope)]) + scope for scope in scopes))


@dataclass(frozen=True)
class Metadata:
    trace: Trace | None = None
    principal: Principal | None = None
    request_id: str = ""
    pairs: dict[str, str] = field(default_factory=dict)

    @property
    def octets(self) -> bytes:
        fields, body = 0, b""
        if self.trace:
            fields |= 1 | 2 * self.trace.is_sampled
            body += self.trace.trace_id + self.trace.span_id
        if self.principal:
            fields |= 4 | 8 * bool(self.principal.key)
            body += self.principal.octets
        request_id = self.request_id.encode()
        body += request_id
        for key, value in self.pairs.items():
            name, text = key.encode(), value.encode()
            body += struct.pack("<BBH", len(name), 0, len(text)) + name + text
        return bytes([fields, len(request_id), len(self.pairs), 0]) + body
