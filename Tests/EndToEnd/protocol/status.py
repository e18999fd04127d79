# SPDX-License-Identifier: Apache-2.0
"""Section 8, and the failure that END carries (section 4)."""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

HEAD = struct.Struct("<BBHHHI")


class Status(enum.IntEnum):
    """gRPC's numbers. One that is not here is passed on as it came, so a status is an `int` everywhere."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


class Retry(enum.IntEnum):
    NEVER = 0
    NOW = 1
    AFTER = 2


@dataclass
class CallFailed(Exception):
    """A call that ended with another status than 0, or was ended by us."""

    status: int
    reason: str = ""
    message: str = ""
    retry: int = Retry.NEVER
    wait_ms: int = 0

    @staticmethod
    def read(status: int, payload: bytes) -> CallFailed:
        if not payload:
            return CallFailed(status)
        retry, _, reason, message, _, wait_ms = HEAD.unpack_from(payload)
        middle = HEAD.size + reason
        return CallFailed(
            status, payload[HEAD.size:middle].decode(), payload[middle:middle + message].decode(), retry, wait_ms)


@dataclass
class ConnectionEnded(Exception):
    """The connection is over, by a GOAWAY that says why, or without a word."""

    status: int = Status.UNAVAILABLE
    text: str = ""


class RuleBroken(ConnectionEnded):
    """The other side broke a rule. It is told so by GOAWAY, and the connection is closed."""
