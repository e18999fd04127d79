# SPDX-License-Identifier: Apache-2.0
"""Section 5: how much one side may send, of one call or of the whole connection, in one direction."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.status import RuleBroken, Status

MOST = 2**31 - 1


def cost(payload: bytes) -> int:
    """Empty payloads are not free: a sender could pile up any number of them."""
    return max(len(payload), 1)


@dataclass
class Credit:
    """What may still be sent. Above zero is enough for one payload of any length, which takes it below."""

    left: int

    def use(self, octets: int) -> None:
        if self.left <= 0:
            raise RuleBroken(Status.RESOURCE_EXHAUSTED, "more was sent than there was credit for")
        self.left -= octets

    def grant(self, octets: int) -> None:
        if octets == 0 or self.left + octets > MOST:
            raise RuleBroken(Status.INTERNAL, "a grant of nothing, or of too much")
        self.left += octets


class Window:
    """The receiving side: what the peer may still send us, and what we have taken and not granted back yet."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.credit = Credit(first)
        self.saved = 0

    def take(self, octets: int) -> int:
        """Notes that the application has taken so much; answers with what is to be granted now, often nothing."""
        self.saved += octets
        if self.saved <= self.first // 2:
            return 0
        granted, self.saved = self.saved, 0
        self.credit.grant(granted)
        return granted
