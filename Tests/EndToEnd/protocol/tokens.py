# SPDX-License-Identifier: Apache-2.0
"""Section 7: what DATA with the flag `tokens` carries."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEAD = struct.Struct("<IHBB")
WITH_IDS = 1


@dataclass(frozen=True)
class Tokens:
    seq: int
    count: int
    text: str
    ids: tuple[int, ...] = ()

    @staticmethod
    def read(payload: bytes) -> Tokens:
        seq, count, flags, _ = HEAD.unpack_from(payload)
        end = len(payload) - 4 * count if flags & WITH_IDS else len(payload)
        ids = struct.unpack_from(f"<{count}I", payload, end) if flags & WITH_IDS else ()
        return Tokens(seq, count, payload[HEAD.size:end].decode(), ids)
