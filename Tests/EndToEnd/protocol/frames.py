# SPDX-License-Identifier: Apache-2.0
"""Section 3: a header of sixteen octets and a payload."""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

HEADER = struct.Struct("<IIBBHI")
# OPEN's value for a call without a deadline.
NO_DEADLINE = 0xFFFF_FFFF
# Who does not know a type from here on skips the frame.
FIRST_SKIPPED = 128


class Kind(enum.IntEnum):
    OPEN = 1
    DATA = 2
    END = 3
    CANCEL = 4
    CREDIT = 5
    PING = 6
    PONG = 7
    GOAWAY = 8


class Flag(enum.IntFlag):
    NONE = 0
    LAST_FROM_CALLER = 1
    MESSAGE = 2
    TOKENS = 4


@dataclass(frozen=True)
class Frame:
    kind: int
    stream: int = 0
    payload: bytes = b""
    flags: int = 0
    method: int = 0
    value: int = 0

    @property
    def octets(self) -> bytes:
        header = HEADER.pack(len(self.payload), self.stream, self.kind, self.flags, self.method, self.value)
        return header + self.payload


def opening(
    stream: int, method: int, message: bytes | None, milliseconds: int = NO_DEADLINE, metadata: bytes = bytes(4),
) -> Frame:
    """A call with its one request, or, without a message, the start of a call that sends several (section 4)."""
    flags = Flag.NONE if message is None else Flag.LAST_FROM_CALLER | Flag.MESSAGE
    payload = struct.pack("<H", len(metadata)) + metadata + (message or b"")
    return Frame(Kind.OPEN, stream, payload, flags, method, milliseconds)
