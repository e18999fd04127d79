# SPDX-License-Identifier: Apache-2.0
"""What hostile people say to internal ports: noise, and what valid callers say, spoilt."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import ssl
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import calls
from parley.layout import REPOSITORY
from protocol.frames import Frame, Kind, opening
from protocol.metadata import PLANS, Metadata, Principal, Trace
from protocol.preface import MAGIC, Preface
from strangers import identity
from suite import Suite

sys.path.insert(0, str(REPOSITORY / "Tests" / "Contract"))

from random_messages import Maker  # noqa: E402

PREFACE = Preface().octets
MOST_NOISE_BYTES = 4_096
# How many different valid conversations are made to be spoilt, per service.
SPEECHES = 200
MOST_CALLS = 6
MOST_SPOILT_PLACES = 8
CONNECT_SECONDS = 5.0
# Some wait for answers, so that calls end in every way; longer than this, and somebody attacks less.
LISTEN_SECONDS = 0.05
LISTENERS = 0.3
EDGE_NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]
# The only call that would do harm by being understood: a drained worker is no longer ready.
HARMFUL = {"modelworker.Drain"}
HTTP_REQUEST = (
    b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n"
    b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")


@dataclass(frozen=True)
class Speech:
    """What one valid caller sends on one connection, frame by frame."""

    caller: str
    frames: list[bytes]


@dataclass
class Target:
    """One process, and all that its enemies need."""

    port: int
    health_port: int
    speeches: list[Speech]
    contexts: dict[str, ssl.SSLContext]
    hello: bytes

    def attack(self, chance: random.Random) -> None:
        """One connection. What the other side makes of it is its own affair."""
        with contextlib.suppress(OSError):
            chance.choices(WAYS, WEIGHTS)[0](self, chance)


def target(suite: Suite, service: str, port: int, health_port: int, seed: int) -> Target:
    chance = random.Random(f"{seed} {service}")
    maker = Maker(seed)
    served = [call for call in calls.of_service(service) if call.full_name not in HARMFUL]
    folder = suite.layout.certificates
    callers = sorted({caller for call in served for caller in call.callers})
    return Target(
        port, health_port, [speech(maker, served, chance) for _ in range(SPEECHES)],
        {caller: identity(folder / f"{caller}.crt") for caller in callers} | {"": identity()}, client_hello())


# What is said, before it is spoilt.


def speech(maker: Maker, served: list[calls.Call], chance: random.Random) -> Speech:
    caller = chance.choice(chance.choice(served).callers)
    allowed = [call for call in served if caller in call.callers]
    frames: list[Frame] = []
    for stream in range(1, chance.randint(2, MOST_CALLS + 1)):
        frames += one_call(maker, chance.choice(allowed), stream, chance)
    if chance.random() < 0.5:
        frames.append(Frame(Kind.PING, payload=chance.randbytes(8)))
    return Speech(caller, [PREFACE] + [frame.octets for frame in frames])


def one_call(maker: Maker, call: calls.Call, stream: int, chance: random.Random) -> list[Frame]:
    """A call with messages as the contract has them; their values are random, so that few are granted."""
    def message() -> bytes:
        return bytes.fromhex(maker.record(maker.by_swift_name[call.request])["wire"])

    milliseconds, metadata = chance.randint(1, 2_000), some_metadata(chance)
    if call.kind != "bidirectional":
        frames = [opening(stream, call.id, message(), milliseconds, metadata)]
    else:
        frames = [opening(stream, call.id, None, milliseconds, metadata)]
        frames += [Frame(Kind.DATA, stream, message()) for _ in range(chance.randrange(3))]
        frames += [Frame(Kind.END, stream)] * chance.randrange(2)
    if chance.random() < 0.2:
        # For being cancelled, for being late, and for reasons that nobody has ever heard of.
        frames.append(Frame(Kind.CANCEL, stream, value=chance.choice([1, 4, chance.getrandbits(32)])))
    if chance.random() < 0.2:
        frames.append(Frame(Kind.CREDIT, chance.choice([0, stream]), value=chance.randint(1, 1 << 20)))
    return frames


def some_metadata(chance: random.Random) -> bytes:
    """None, or a person nobody knows: trace, organisation, project, user, plan and one scope."""
    if chance.random() < 0.3:
        return Metadata().octets
    trace = Trace(chance.randbytes(16), chance.randbytes(8))
    ids = (chance.randbytes(16) for _ in range(3))
    return Metadata(trace, Principal(*ids, plan=chance.choice(PLANS), scopes=("model:chat",)), "abc").octets


def client_hello() -> bytes:
    """The first bytes of a real client."""
    heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = identity().wrap_bio(heard, said, server_hostname="ignored")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return said.read()


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """The same with a few bytes flipped, lost, doubled, put in or replaced by numbers that are edges."""
    spoiling = bytearray(content)
    for _ in range(chance.randint(1, MOST_SPOILT_PLACES)):
        place = chance.randrange(len(spoiling) + 1)
        length = min(chance.choice([1, 2, 4, 16, 100]), len(spoiling) - place)
        match chance.randrange(6):
            case 0 if place < len(spoiling):
                spoiling[place] ^= 1 << chance.randrange(8)
            case 1:
                del spoiling[place:place + length]
            case 2:
                spoiling[place:place] = spoiling[place:place + length]
            case 3:
                spoiling[place:place] = chance.randbytes(chance.randint(1, 64))
            case 4:
                spoiling[place:place + 4] = struct.pack("<I", chance.choice(EDGE_NUMBERS))
            case _ if chance.random() < 0.3:
                # The rest never comes.
                del spoiling[place:]
    return bytes(spoiling)


# Ways to attack. Each is one connection.


def noise(target: Target, chance: random.Random) -> None:
    content = chance.randbytes(chance.randint(0, MOST_NOISE_BYTES))
    beginning = chance.choice([b"", MAGIC, PREFACE, b"\x16\x03\x01", b"GET / HTTP/1.1\r\n"])
    speak(connect(target.port), [beginning + content], chance)


def spoilt_hello(target: Target, chance: random.Random) -> None:
    speak(connect(target.port), [spoilt(target.hello, chance)], chance)


def nobody(target: Target, chance: random.Random) -> None:
    speak(secure(target, ""), chance.choice(target.speeches).frames, chance)


def noise_inside(target: Target, chance: random.Random) -> None:
    """Noise of somebody with a certificate, with or without a greeting before it."""
    content = chance.randbytes(chance.randint(1, MOST_NOISE_BYTES))
    caller = chance.choice(target.speeches).caller
    speak(secure(target, caller), [chance.choice([b"", MAGIC, PREFACE]) + content], chance)


def spoilt_speech(target: Target, chance: random.Random) -> None:
    """What a valid caller says, spoilt after the greeting or anywhere, at once or in pieces."""
    said = chance.choice(target.speeches)
    if chance.random() < 0.8:
        content = PREFACE + spoilt(b"".join(said.frames[1:]), chance)
    else:
        content = spoilt(b"".join(said.frames), chance)
    cut = chance.randrange(len(content) + 1)
    speak(secure(target, said.caller), [content[:cut], content[cut:]], chance)


def disordered_speech(target: Target, chance: random.Random) -> None:
    """Valid frames, some lost, some doubled, in another order."""
    said = chance.choice(target.speeches)
    frames = chance.choices(said.frames[1:], k=len(said.frames))
    speak(secure(target, said.caller), [PREFACE, *frames], chance)


def unspoilt_speech(target: Target, chance: random.Random) -> None:
    """Valid from beginning to end, by somebody who may not be there any more when the answer comes."""
    said = chance.choice(target.speeches)
    speak(secure(target, said.caller), said.frames, chance)


def spoilt_records(target: Target, chance: random.Random) -> None:
    """After a valid handshake, bytes below TLS that are none of its records."""
    connection = secure(target, chance.choice(target.speeches).caller)
    with socket.socket(fileno=os.dup(connection.fileno())) as below:
        below.settimeout(CONNECT_SECONDS)
        below.sendall(b"\x17\x03\x03" + chance.randbytes(chance.randint(1, 512)))
    speak(connection, [], chance)


def spoilt_probe(target: Target, chance: random.Random) -> None:
    """The health port, which Prometheus and probes ask."""
    speak(connect(target.health_port), [spoilt(HTTP_REQUEST, chance)], chance)


WAYS: list[Callable[[Target, random.Random], None]] = [
    noise, spoilt_hello, nobody, noise_inside, spoilt_speech, disordered_speech, unspoilt_speech, spoilt_records,
    spoilt_probe]
# Spoilt speech reaches furthest into our code, so it comes most often.
WEIGHTS = [2, 2, 1, 2, 6, 2, 1, 2, 2]


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), CONNECT_SECONDS)


def secure(target: Target, caller: str) -> ssl.SSLSocket:
    plain = connect(target.port)
    try:
        return target.contexts[caller].wrap_socket(plain, server_hostname="ignored")
    except OSError:
        plain.close()
        raise


def listen(connection: socket.socket) -> None:
    end = time.monotonic() + LISTEN_SECONDS
    with contextlib.suppress(TimeoutError):
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(MOST_NOISE_BYTES):
                return


def speak(connection: socket.socket, pieces: list[bytes], chance: random.Random) -> None:
    """Sends the pieces, listens or not, and hangs up in one of four ways."""
    try:
        for piece in pieces:
            connection.sendall(piece)
        if chance.random() < LISTENERS:
            listen(connection)
        match chance.randrange(4):
            case 0:
                # With a reset.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case 1:
                # One side only.
                connection.shutdown(socket.SHUT_WR)
            case 2 if isinstance(connection, ssl.SSLSocket):
                connection.settimeout(LISTEN_SECONDS)
                connection.unwrap()
            case _:
                pass
    finally:
        connection.close()
