# SPDX-License-Identifier: Apache-2.0
"""Section 1, and prefaces and frames on it: a connection that knows nothing of calls yet."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from pathlib import Path

from protocol.frames import HEADER, Frame
from protocol.preface import Preface
from protocol.status import ConnectionEnded, RuleBroken, Status

HANDSHAKE_SECONDS = 5.0
READ_BYTES = 65_536


def identity(folder: Path, name: str) -> ssl.SSLContext:
    """TLS 1.3 with the certificate of `name`, towards servers of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.hostname_checks_common_name = False
    context.load_verify_locations(folder / "ca.crt")
    context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    return context


class Link:
    """`server` is the name of the service that is meant to answer: its certificate must carry it."""

    def __init__(self, port: int, context: ssl.SSLContext, server: str, own: Preface | None = None) -> None:
        self.own = own or Preface()
        self.unread = b""
        plain = socket.create_connection(("127.0.0.1", port), HANDSHAKE_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket = context.wrap_socket(plain, server_hostname=server)
        except OSError:
            plain.close()
            raise
        try:
            self.peer = self._greet()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Link:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, *frames: Frame) -> None:
        """All at once, so that they leave in as few TLS records as may be."""
        # The other side may have closed: then reading tells why.
        with contextlib.suppress(ConnectionError, ssl.SSLEOFError):
            self.socket.sendall(b"".join(frame.octets for frame in frames))

    def receive(self, seconds: float) -> Frame:
        """The next frame; TimeoutError when it does not come, and then nothing is lost."""
        end = time.monotonic() + seconds
        self._fill(HEADER.size, end)
        length, stream, kind, flags, method, value = HEADER.unpack_from(self.unread)
        if length > self.own.longest_payload:
            raise RuleBroken(Status.RESOURCE_EXHAUSTED, "a frame is longer than we accept")
        self._fill(HEADER.size + length, end)
        payload = self._take(HEADER.size + length)[HEADER.size:]
        return Frame(kind, stream, payload, flags, method, value)

    def _greet(self) -> Preface:
        """Sends our preface without waiting for the other; afterwards frames may be sent."""
        end = time.monotonic() + HANDSHAKE_SECONDS
        self.socket.sendall(self.own.octets)
        self._fill(6, end)
        size = Preface.size(self.unread)
        self._fill(size, end)
        return Preface.read(self._take(size))

    def _fill(self, count: int, end: float) -> None:
        while len(self.unread) < count:
            # Zero would mean not to block at all, which fails in another way.
            self.socket.settimeout(max(end - time.monotonic(), 0.001))
            try:
                piece = self.socket.recv(READ_BYTES)
            except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
                raise ConnectionEnded(text=str(error)) from error
            finally:
                self.socket.settimeout(HANDSHAKE_SECONDS)
            if not piece:
                raise ConnectionEnded(text="closed by the other side")
            self.unread += piece

    def _take(self, count: int) -> bytes:
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken
