# SPDX-License-Identifier: Apache-2.0
"""Sections 4, 5 and 9 from the caller's side: any number of calls on one connection."""

from __future__ import annotations

import secrets
import ssl
import struct
import time
from collections import deque
from collections.abc import Iterator

from protocol.credit import Credit, Window, cost
from protocol.frames import FIRST_SKIPPED, NO_DEADLINE, Flag, Frame, Kind, opening
from protocol.link import Link
from protocol.metadata import Metadata
from protocol.preface import Preface
from protocol.status import CallFailed, ConnectionEnded, RuleBroken, Status
from protocol.tokens import Tokens

# We end a call at its deadline; the server is told of one a little earlier, so that its refusal still arrives.
RESERVE_MS = 2
# How long a call without a deadline may be silent before the test is told that something hangs.
PATIENCE_SECONDS = 10.0


class Connection:
    def __init__(self, port: int, context: ssl.SSLContext, server: str, own: Preface | None = None) -> None:
        self.link = Link(port, context, server, own)
        self.credit = Credit(self.link.peer.connection_credit)
        self.window = Window(self.link.own.connection_credit)
        self.calls: dict[int, Call] = {}
        self.last_stream = 0
        self.goaway: Frame | None = None
        self.pongs: list[bytes] = []

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()

    def unary(
        self, method: int, request: bytes, *, seconds: float | None = None, metadata: Metadata | None = None,
    ) -> bytes:
        return self.open(method, request, seconds=seconds, metadata=metadata).answer()

    def open(
        self, method: int, request: bytes | None, *, seconds: float | None = None, metadata: Metadata | None = None,
    ) -> Call:
        """Begins a call with its one request, or with None a bidirectional one, whose requests follow."""
        end = None if seconds is None else time.monotonic() + seconds
        # A cancelled call does not count, nor does one whose END has come.
        while self.credit.left <= 0 or len(self.calls) >= self.link.peer.open_calls:
            try:
                self.listen(end)
            except TimeoutError as error:
                raise CallFailed(Status.DEADLINE_EXCEEDED) from error
        if self.goaway:
            raise CallFailed(Status.UNAVAILABLE, "going_away")
        left = NO_DEADLINE if end is None else max(round((end - time.monotonic()) * 1_000) - RESERVE_MS, 0)
        self.last_stream += 1
        frame = opening(self.last_stream, method, request, left, (metadata or Metadata()).octets)
        call = self.calls[self.last_stream] = Call(self, self.last_stream, end, is_half_closed=request is not None)
        self.credit.use(cost(frame.payload))
        self.link.send(frame)
        return call

    def ping(self) -> None:
        asked = secrets.token_bytes(8)
        self.link.send(Frame(Kind.PING, payload=asked))
        while asked not in self.pongs:
            self.listen()
        self.pongs.remove(asked)

    def listen(self, end: float | None = None) -> None:
        """Acts on the next frame, whichever call it is for. TimeoutError when none comes."""
        patience = PATIENCE_SECONDS if end is None else end - time.monotonic()
        try:
            self._act(self.link.receive(patience))
        except ConnectionEnded as ended:
            if isinstance(ended, RuleBroken):
                # We look at no calls of a server, so the last one that we have looked at is 0.
                self.link.send(Frame(Kind.GOAWAY, payload=bytes(4) + ended.text.encode(), value=ended.status))
            for call in self.calls.values():
                call.failure = CallFailed(Status.UNAVAILABLE, message=ended.text)
            self.calls.clear()
            self.link.close()
            raise

    def grant(self, octets: int) -> None:
        """For payloads that somebody has taken, or that nobody will take any more."""
        if granted := self.window.take(octets):
            self.link.send(Frame(Kind.CREDIT, value=granted))

    def _act(self, frame: Frame) -> None:
        match frame.kind:
            case Kind.CREDIT if frame.stream == 0:
                self.credit.grant(frame.value)
            case Kind.DATA | Kind.END | Kind.CREDIT:
                self._act_on_call(frame)
            case Kind.PING:
                self.link.send(Frame(Kind.PONG, payload=frame.payload))
            case Kind.PONG:
                self.pongs.append(frame.payload)
            case Kind.GOAWAY:
                self._go_away(frame)
            case Kind.OPEN | Kind.CANCEL:
                raise RuleBroken(Status.INTERNAL, "a server makes no calls")
            case kind if kind < FIRST_SKIPPED:
                raise RuleBroken(Status.UNIMPLEMENTED, f"a frame of type {kind}")

    def _act_on_call(self, frame: Frame) -> None:
        if not 0 < frame.stream <= self.last_stream:
            raise RuleBroken(Status.INTERNAL, "a frame for a call that nobody has made")
        is_counted = frame.kind == Kind.DATA or frame.kind == Kind.END and frame.flags & Flag.MESSAGE
        if is_counted:
            self.window.credit.use(cost(frame.payload))
        call = self.calls.get(frame.stream)
        if call:
            call.act(frame)
        elif is_counted:
            # We have cancelled it; what was on its way goes nowhere.
            self.grant(cost(frame.payload))

    def _go_away(self, frame: Frame) -> None:
        self.goaway = frame
        (last,) = struct.unpack_from("<I", frame.payload)
        if frame.value != Status.OK:
            raise ConnectionEnded(frame.value, frame.payload[4:].decode())
        for stream in [stream for stream in self.calls if stream > last]:
            # Nobody has looked at it, so it may be made again elsewhere, whatever it does.
            self.calls.pop(stream).failure = CallFailed(Status.UNAVAILABLE, "going_away")


class Call:
    """One call. Messages are octets; what they say is the contract's affair."""

    def __init__(self, connection: Connection, stream: int, end: float | None, *, is_half_closed: bool) -> None:
        self.connection = connection
        self.stream = stream
        self.deadline = end
        self.is_half_closed = is_half_closed
        self.credit = Credit(connection.link.peer.stream_credit)
        self.window = Window(connection.link.own.stream_credit)
        # What has arrived and was not taken yet, each with its cost.
        self.arrived: deque[tuple[bytes | Tokens, int]] = deque()
        self.is_ended = False
        self.reply: bytes | None = None
        self.failure: CallFailed | None = None

    def send(self, message: bytes) -> None:
        """One request of a bidirectional call, as soon as there is credit for it."""
        assert not self.is_half_closed
        while not self.is_over and (self.credit.left <= 0 or self.connection.credit.left <= 0):
            self._listen()
        if self.is_over:
            # Why, `receive` tells, behind what arrived before.
            return
        self.credit.use(cost(message))
        self.connection.credit.use(cost(message))
        self.connection.link.send(Frame(Kind.DATA, self.stream, message))

    def finish(self) -> None:
        """There are no further requests."""
        if not self.is_over and not self.is_half_closed:
            self.is_half_closed = True
            self.connection.link.send(Frame(Kind.END, self.stream))

    def receive(self) -> bytes | Tokens | None:
        """The next message or token chunk, None behind the last one."""
        while not self.arrived and not self.is_over:
            self._listen()
        if self.arrived:
            return self._take()
        if self.failure:
            raise self.failure
        return None

    def __iter__(self) -> Iterator[bytes | Tokens]:
        while (one := self.receive()) is not None:
            yield one

    def answer(self) -> bytes:
        """What a unary call is answered with."""
        while not self.is_over:
            self._listen()
        if self.failure:
            raise self.failure
        assert self.reply is not None
        return self.reply

    def cancel(self, why: int = Status.CANCELLED) -> None:
        """The server answers nothing, so the call is over at once."""
        if not self.is_over:
            self.failure = CallFailed(why)
            self._close()
            self.connection.link.send(Frame(Kind.CANCEL, self.stream, value=why))
            while self.arrived:
                self.connection.grant(self.arrived.popleft()[1])

    @property
    def is_over(self) -> bool:
        return self.is_ended or self.failure is not None

    def act(self, frame: Frame) -> None:
        match frame.kind:
            case Kind.CREDIT:
                self.credit.grant(frame.value)
            case Kind.DATA:
                self.window.credit.use(cost(frame.payload))
                content = Tokens.read(frame.payload) if frame.flags & Flag.TOKENS else frame.payload
                self.arrived.append((content, cost(frame.payload)))
            case Kind.END:
                self._end(frame)

    def _end(self, frame: Frame) -> None:
        self._close()
        if frame.value != Status.OK:
            self.failure = CallFailed.read(frame.value, frame.payload)
            return
        self.is_ended = True
        if frame.flags & Flag.MESSAGE:
            self.reply = frame.payload
            self.connection.grant(cost(frame.payload))

    def _take(self) -> bytes | Tokens:
        content, octets = self.arrived.popleft()
        self.connection.grant(octets)
        granted = self.window.take(octets)
        if granted and not self.is_over:
            self.connection.link.send(Frame(Kind.CREDIT, self.stream, value=granted))
        return content

    def _close(self) -> None:
        self.connection.calls.pop(self.stream, None)

    def _listen(self) -> None:
        """Until something arrives on the connection, or until the deadline, at which the call ends."""
        try:
            self.connection.listen(self.deadline)
        except TimeoutError:
            if self.deadline is None:
                raise
            self.cancel(Status.DEADLINE_EXCEEDED)
        except ConnectionEnded:
            # It has become this call's failure, unless the call was over before.
            if not self.is_over:
                raise
