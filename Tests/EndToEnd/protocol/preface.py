# SPDX-License-Identifier: Apache-2.0
"""Section 2: what each side says once, before anything else."""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = b"PRLY"
LAYOUT = struct.Struct("<4sHBBIIIIII")
LONGEST = 1_024
MAJOR = 1


@dataclass(frozen=True)
class Preface:
    """The limits are about what the sender of the preface is ready to receive."""

    longest_payload: int = 4_210_688
    stream_credit: int = 65_536
    connection_credit: int = 4_194_304
    open_calls: int = 10_000
    features: int = 0
    major: int = MAJOR
    minor: int = 0
    # Fields of later minor versions, which we do not know.
    rest: bytes = b""

    @property
    def octets(self) -> bytes:
        return LAYOUT.pack(
            MAGIC, LAYOUT.size + len(self.rest), self.major, self.minor, self.features, self.longest_payload,
            self.stream_credit, self.connection_credit, self.open_calls, 0) + self.rest

    @staticmethod
    def size(beginning: bytes) -> int:
        """How long the preface is that begins with these octets, at least six."""
        magic, size = struct.unpack_from("<4sH", beginning)
        if magic != MAGIC or not LAYOUT.size <= size <= LONGEST:
            raise ValueError("this is no preface")
        return int(size)

    @staticmethod
    def read(whole: bytes) -> Preface:
        _, _, major, minor, features, payload, stream, connection, calls, _ = LAYOUT.unpack_from(whole)
        if major != MAJOR:
            raise ValueError(f"the other side speaks version {major}")
        return Preface(payload, stream, connection, calls, features, major, minor, whole[LAYOUT.size:])
