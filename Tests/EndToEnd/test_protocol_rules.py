# SPDX-License-Identifier: Apache-2.0
"""What Docs/Protocol.md forbids is refused as it says: the call, or the connection with it."""

from __future__ import annotations

import secrets
import ssl

import pytest

import calls
import contracts
from internal import SECONDS, dial, moderation_link, port
from protocol.frames import HEADER, Frame, Kind, opening
from protocol.link import Link, identity
from protocol.metadata import Metadata
from protocol.preface import Preface
from protocol.status import CallFailed, ConnectionEnded, Status
from suite import Suite

# The numbers of moderation's calls, as its contract states them.
JUDGE_TEXT, JUDGE_STREAM, NOBODY_S = 0x0301, 0x0302, 0x03FF
EIGHT = b"\x01\x02\x03\x04\x05\x06\x07\x08"


# What is wrong with one call ends that call.


def refusal(suite: Suite, frame: Frame) -> tuple[int, str]:
    with moderation_link(suite) as moderation:
        moderation.send(frame, Frame(Kind.PING, payload=EIGHT))
        got = {one.kind: one for one in (moderation.receive(SECONDS) for _ in range(2))}
    assert got[Kind.PONG].payload == EIGHT
    refused = CallFailed.read(got[Kind.END].value, got[Kind.END].payload)
    return refused.status, refused.reason


def test_an_unknown_method_is_unimplemented(simulated: Suite) -> None:
    assert refusal(simulated, opening(1, NOBODY_S, b"")) == (Status.UNIMPLEMENTED, "unknown_method")


def test_a_caller_who_is_not_on_the_list_is_refused(simulated: Suite) -> None:
    """The orchestrator makes a call that is for the admin tool alone."""
    method = next(call for call in calls.of_service("moderation") if "orchestrator" not in call.callers)
    refused = refusal(simulated, opening(1, method.id, b""))
    assert refused == (Status.PERMISSION_DENIED, "caller_not_allowed")


def test_a_call_without_a_principal_is_unauthenticated(simulated: Suite) -> None:
    request = contracts.encoded("moderation.JudgeText", text="Hello.", direction=1)
    assert refusal(simulated, opening(1, JUDGE_TEXT, request)) == (Status.UNAUTHENTICATED, "no_principal")


def test_flags_that_do_not_fit_the_method_are_refused(simulated: Suite, who: Metadata) -> None:
    """One request where several are to come, and several where one is."""
    for method, request in ((JUDGE_TEXT, None), (JUDGE_STREAM, b"")):
        frame = opening(1, method, request, metadata=who.octets)
        assert refusal(simulated, frame) == (Status.INVALID_ARGUMENT, "wrong_shape")


def test_a_request_that_does_not_decode_is_refused(simulated: Suite, who: Metadata) -> None:
    frame = opening(1, JUDGE_TEXT, b"\x0a\x7f", metadata=who.octets)
    assert refusal(simulated, frame) == (Status.INVALID_ARGUMENT, "undecodable")


# Frames that break a rule end the connection and say why.


def ending(connection: Link) -> int:
    """The status of the GOAWAY that the connection ends with."""
    while (frame := connection.receive(SECONDS)).kind != Kind.GOAWAY:
        pass
    with pytest.raises(ConnectionEnded):
        connection.receive(SECONDS)
    return frame.value


CALL = opening(5, JUDGE_STREAM, None)
BROKEN_RULES = {
    "a type nobody knows": ([Frame(9)], Status.UNIMPLEMENTED),
    "a message for no call": ([Frame(Kind.DATA, 6)], Status.INTERNAL),
    "a number used twice": ([CALL, CALL], Status.INTERNAL),
    "a number that goes back": ([CALL, opening(4, JUDGE_STREAM, None)], Status.INTERNAL),
    "a reserved flag": ([CALL, Frame(Kind.DATA, 5, flags=8)], Status.INTERNAL),
    "a value where there is none": ([CALL, Frame(Kind.DATA, 5, value=1)], Status.INTERNAL),
    "a ping of seven octets": ([Frame(Kind.PING, payload=bytes(7))], Status.INTERNAL),
    "a grant of nothing": ([Frame(Kind.CREDIT)], Status.INTERNAL),
    "a grant of too much": ([Frame(Kind.CREDIT, value=2**31 - 1)], Status.INTERNAL),
    "metadata with a reserved bit": ([opening(1, JUDGE_TEXT, b"", metadata=b"\x10\0\0\0")], Status.INTERNAL),
    "an end on stream 0": ([Frame(Kind.END)], Status.INTERNAL),
    "101 pings at once": ([Frame(Kind.PING, payload=EIGHT)] * 101, Status.RESOURCE_EXHAUSTED),
}


@pytest.mark.parametrize("name", BROKEN_RULES)
def test_a_broken_rule_ends_the_connection(simulated: Suite, name: str) -> None:
    frames, status = BROKEN_RULES[name]
    with moderation_link(simulated) as moderation:
        moderation.send(*frames)
        assert ending(moderation) == status


def test_a_closed_half_stays_closed(simulated: Suite, who: Metadata) -> None:
    with moderation_link(simulated) as moderation:
        moderation.send(opening(1, JUDGE_STREAM, None, metadata=who.octets), Frame(Kind.END, 1), Frame(Kind.END, 1))
        assert ending(moderation) == Status.INTERNAL


def test_a_frame_that_is_too_long_is_refused_by_its_header(simulated: Suite) -> None:
    """Whatever its type: nobody reads it only to skip it."""
    for kind in (Kind.DATA, 200):
        with moderation_link(simulated) as moderation:
            too_long = moderation.peer.longest_payload + 1
            moderation.socket.sendall(HEADER.pack(too_long, 1, kind, 0, 0, 0))
            assert ending(moderation) == Status.RESOURCE_EXHAUSTED


def test_a_type_that_may_be_skipped_is_skipped(simulated: Suite) -> None:
    with moderation_link(simulated) as moderation:
        for kind in (128, 255):
            odd = Frame(kind, 77, secrets.token_bytes(100_000), flags=255, method=7, value=9)
            moderation.send(odd, Frame(Kind.PING, payload=EIGHT))
            assert moderation.receive(SECONDS) == Frame(Kind.PONG, payload=EIGHT)


def test_more_than_the_credit_ends_the_connection(simulated: Suite, who: Metadata) -> None:
    with moderation_link(simulated, Preface(stream_credit=1)) as moderation:
        start = contracts.encoded("moderation.JudgeStream", start={"direction": 2})
        text = "x" * 2 * moderation.peer.stream_credit
        much = Frame(Kind.DATA, 1, contracts.encoded("moderation.JudgeStream", chunk={"text": text}))
        # The first message is answered, and that answer is all the credit we gave: at most one more can be taken.
        moderation.send(
            opening(1, JUDGE_STREAM, None, metadata=who.octets), Frame(Kind.DATA, 1, start), much, much, much)
        assert ending(moderation) == Status.RESOURCE_EXHAUSTED


def test_a_later_minor_version_with_a_longer_preface_is_welcome(simulated: Suite) -> None:
    later = Preface(minor=7, features=0xFFFF_FFFF, rest=b"later" * 100)
    with dial(simulated, "auth", "gateway", own=later) as auth:
        auth.ping()


def test_another_major_version_is_not_understood(simulated: Suite) -> None:
    with moderation_link(simulated, Preface(major=2)) as moderation:
        assert ending(moderation) == Status.UNIMPLEMENTED


def test_nothing_older_than_tls_1_3_is_spoken(simulated: Suite) -> None:
    older = identity(simulated.layout.certificates, "gateway")
    older.minimum_version = older.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        Link(port(simulated, "auth"), older, "auth")


def test_a_service_shows_its_own_name(simulated: Suite) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        Link(port(simulated, "auth"), identity(simulated.layout.certificates, "gateway"), "billing")
