# SPDX-License-Identifier: Apache-2.0
"""The protocol between services as far as tests speak it themselves, written from Docs/Protocol.md."""

from __future__ import annotations

import socket
import ssl
import struct
from dataclasses import dataclass
from pathlib import Path

OPEN, DATA, END, CANCEL, CREDIT, PING = 1, 2, 3, 4, 5, 6
LAST_FROM_CALLER, MESSAGE = 1, 2
HEADER = struct.Struct("<IIBBHI")
MAGIC = b"PRLY"
# Magic, size, version 1.0, no features, then what Parley itself states: frame, stream, connection, calls, reserved.
PREFACE = struct.pack("<4sHBBIIIIII", MAGIC, 32, 1, 0, 0, 4_210_688, 65_536, 4_194_304, 10_000, 0)
EMPTY_METADATA = bytes(4)
ANSWER_SECONDS = 5.0
CALL_MS = 2_000
READ_BYTES = 65_536


@dataclass(frozen=True)
class Frame:
    kind: int
    stream: int = 0
    payload: bytes = b""
    flags: int = 0
    method: int = 0
    value: int = 0

    @property
    def bytes(self) -> bytes:
        header = HEADER.pack(len(self.payload), self.stream, self.kind, self.flags, self.method, self.value)
        return header + self.payload


def opening(
    stream: int, method: int, message: bytes | None, milliseconds: int, metadata: bytes = EMPTY_METADATA,
) -> Frame:
    """A call with its one request, or, without a message, the start of a call that sends several."""
    flags = 0 if message is None else LAST_FROM_CALLER | MESSAGE
    payload = struct.pack("<H", len(metadata)) + metadata + (message or b"")
    return Frame(OPEN, stream, payload, flags, method, milliseconds)


def identity(certificate: Path | None = None) -> ssl.SSLContext:
    """A client that shows this certificate, or none. It does not ask who answers: it tries the door, not the house."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


class Peer:
    """One connection to an internal port, after both sides' handshake."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        plain = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname="ignored")
        self.unread = b""

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def greet(self) -> None:
        """Sends our preface and reads the other side's."""
        self.socket.sendall(PREFACE)
        assert self._take(len(PREFACE)).startswith(MAGIC)

    def send(self, *frames: Frame) -> None:
        self.socket.sendall(b"".join(frame.bytes for frame in frames))

    def receive(self) -> Frame:
        length, stream, kind, flags, method, value = HEADER.unpack(self._take(HEADER.size))
        return Frame(kind, stream, self._take(length), flags, method, value)

    def refusals(self, methods: list[int]) -> list[tuple[int, str]]:
        """Calls each with an empty message, all at once; answers with their statuses, and the reasons of failures."""
        streams = range(1, len(methods) + 1)
        self.send(*(opening(stream, method, b"", CALL_MS) for stream, method in zip(streams, methods, strict=True)))
        found: dict[int, tuple[int, str]] = {}
        while len(found) < len(methods):
            frame = self.receive()
            if frame.kind == END:
                found[frame.stream] = frame.value, reason(frame.payload) if frame.value else ""
        return [found[stream] for stream in streams]

    def _take(self, count: int) -> bytes:
        while len(self.unread) < count:
            piece = self.socket.recv(READ_BYTES)
            if not piece:
                raise ConnectionError("the other side has closed")
            self.unread += piece
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken


def reason(failure: bytes) -> str:
    """The machine's name for a failure, out of END's payload."""
    if len(failure) < 12:
        return ""
    (length,) = struct.unpack_from("<H", failure, 2)
    return failure[12:12 + length].decode()
