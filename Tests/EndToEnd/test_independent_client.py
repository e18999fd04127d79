# SPDX-License-Identifier: Apache-2.0
"""The services speak what Docs/Protocol.md says: a client written from that page alone talks to them.

Encodings come from Python's protobuf and TLS from Python's own, so nothing here shares code with what it tests.
"""

from __future__ import annotations

import os
import secrets
import signal
import struct
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import contracts
from internal import SECONDS, ask, dial, moderation_link
from parley import traces
from parley.waiting import wait_until
from protocol.connection import Call, Connection
from protocol.frames import Flag, Frame, Kind, opening
from protocol.metadata import Metadata, Trace
from protocol.preface import Preface
from protocol.status import CallFailed, ConnectionEnded, Status
from protocol.tokens import Tokens
from suite import RESTART_SECONDS, Suite

# Spans are written four times a second.
TRACE_SECONDS = 5.0
# The simulated engine says fifty tokens a second: this answer outlives every test that does not wait for its end.
ENDLESS = 4_000
PROMPT = [{"role": "user", "content": "Say hello to the lighthouse keeper."}]
INPUT, OUTPUT = 1, 2


def failure(action: Callable[[], object]) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        action()
    return caught.value


# Calls that go well.


def test_a_unary_call(simulated: Suite, who: Metadata) -> None:
    assert who.principal and who.principal.organisation == uuid.UUID(simulated.demo["organisation"]).bytes
    with dial(simulated, "moderation", "orchestrator") as moderation:
        verdict = ask(moderation, "moderation.JudgeText", who, text="Mail keeper@example.org.", direction=INPUT)
    assert [(one.start_byte, one.end_byte) for one in verdict.redactions] == [(5, 23)]


def test_a_refusal_has_a_reason_and_a_sentence(simulated: Suite) -> None:
    with dial(simulated, "auth", "gateway") as auth:
        refused = failure(lambda: ask(auth, "auth.VerifyKey", key_hash=bytes(32)))
    assert (refused.status, refused.reason) == (Status.UNAUTHENTICATED, "invalid_api_key")
    assert refused.message


def test_many_calls_at_once_get_each_their_own_answer(simulated: Suite, who: Metadata) -> None:
    name = "moderation.JudgeText"
    with dial(simulated, "moderation", "orchestrator") as moderation:
        open_calls = [
            moderation.open(
                contracts.method(name).id, seconds=SECONDS, metadata=who,
                request=contracts.encoded(name, text="x" * length + " keeper@example.org", direction=INPUT))
            for length in range(200)]
        verdicts = [contracts.decoded(name, call.answer()) for call in open_calls]
    assert [verdict.redactions[0].start_byte for verdict in verdicts] == list(range(1, 201))


def start_turn(connection: Connection, who: Metadata, suite: Suite, tokens: int, turn: bytes | None = None) -> Call:
    request = contracts.encoded(
        "orchestrator.StartTurn", turn_id=turn or uuid.uuid4().bytes, model=suite.model, messages=PROMPT,
        max_completion_tokens=tokens, sampling={"temperature": 0, "seed": 7})
    method = contracts.method("orchestrator.StartTurn").id
    return connection.open(method, request, seconds=SECONDS, metadata=who)


def events(call: Call) -> tuple[str, list[Any]]:
    """The text of a turn to its end, and its events; token chunks must follow each other without a gap."""
    text, told, seq = "", [], 0
    for one in call:
        if isinstance(one, Tokens):
            assert one.seq == seq
            text, seq = text + one.text, seq + one.count
        else:
            told.append(contracts.decoded("orchestrator.StartTurn", one))
    return text, told


def test_a_streamed_answer_is_what_http_says(simulated: Suite, who: Metadata) -> None:
    """With so little credit the answer comes to its end only because what was read is granted back."""
    said = simulated.openai().chat.completions.create(
        model=simulated.model, messages=PROMPT, max_tokens=16, temperature=0, seed=7)
    turn = uuid.uuid4().bytes
    little = Preface(stream_credit=48, connection_credit=256)
    with dial(simulated, "orchestrator", "gateway", own=little) as orchestrator:
        text, told = events(start_turn(orchestrator, who, simulated, 16, turn))
    assert text == said.choices[0].message.content
    assert [event.WhichOneof("kind") for event in told] == ["started", "finished"]
    assert told[0].started.turn_id == turn
    assert (told[1].finished.finish_reason, told[1].finished.usage.completion_tokens) == ("length", 16)


def judged(stream: Call) -> Any:
    message = stream.receive()
    assert isinstance(message, bytes)
    return contracts.decoded("moderation.JudgeStream", message)


def judge_stream(connection: Connection, who: Metadata) -> Call:
    stream = connection.open(contracts.method("moderation.JudgeStream").id, None, seconds=SECONDS, metadata=who)
    stream.send(contracts.encoded("moderation.JudgeStream", start={"direction": OUTPUT}))
    return stream


def chunk(offset: int, text: str, *, is_last: bool = False) -> bytes:
    return contracts.encoded(
        "moderation.JudgeStream", chunk={"offset": offset, "text": text, "is_last": is_last})


def test_both_sides_stream_until_each_has_ended(simulated: Suite, who: Metadata) -> None:
    with dial(simulated, "moderation", "orchestrator") as moderation:
        stream = judge_stream(moderation, who)
        assert judged(stream).released_up_to == 0
        stream.send(chunk(0, "Mail keeper@exam"))
        held = judged(stream)
        assert held.released_up_to <= 5 and not held.redactions
        stream.send(chunk(16, "ple.org now.", is_last=True))
        rest = judged(stream)
        assert rest.released_up_to == 28
        assert [(one.start_byte, one.end_byte) for one in rest.redactions] == [(5, 23)]
        stream.finish()
        assert stream.receive() is None


# Calls that end early.


def test_a_cancelled_turn_stops_the_model(simulated: Suite, who: Metadata) -> None:
    workers = [dial(simulated, "model-worker", "model-worker-admin", number) for number in (1, 2)]

    def running() -> int:
        return sum(ask(worker, "modelworker.GetLoad").running for worker in workers)

    with dial(simulated, "orchestrator", "gateway") as orchestrator, workers[0], workers[1]:
        wait_until(lambda: running() == 0, RESTART_SECONDS, "nobody else asks")
        call = start_turn(orchestrator, who, simulated, ENDLESS)
        while not isinstance(call.receive(), Tokens):
            pass
        assert running() == 1
        call.cancel()
        assert failure(call.receive).status == Status.CANCELLED
        wait_until(lambda: running() == 0, SECONDS, "the model has stopped")
        # What was on its way when we cancelled does no harm.
        orchestrator.ping()


def test_the_server_ends_a_call_at_its_deadline(simulated: Suite, who: Metadata) -> None:
    """Said by hand, for our own deadline would come at the same moment."""
    method = contracts.method("moderation.JudgeStream").id
    with moderation_link(simulated) as moderation:
        moderation.send(opening(1, method, None, 50, who.octets), opening(2, method, None, 0, who.octets))
        ends = [moderation.receive(SECONDS) for _ in range(2)]
    # The second had no time from the beginning.
    assert [(end.kind, end.stream, end.value) for end in ends] == [
        (Kind.END, 2, Status.DEADLINE_EXCEEDED), (Kind.END, 1, Status.DEADLINE_EXCEEDED)]


def test_the_caller_ends_a_call_at_its_deadline(simulated: Suite, who: Metadata) -> None:
    with dial(simulated, "moderation", "orchestrator") as moderation:
        stream = moderation.open(contracts.method("moderation.JudgeStream").id, None, seconds=0.05, metadata=who)
        assert failure(stream.receive).status == Status.DEADLINE_EXCEEDED
        moderation.ping()


# Credit.


def test_a_reader_who_stops_is_sent_no_more_than_its_credit(simulated: Suite, who: Metadata) -> None:
    """The second turn goes on meanwhile, on the same connection, and so does the first when it is read again."""
    with dial(simulated, "orchestrator", "gateway", own=Preface(stream_credit=64)) as orchestrator:
        unread = start_turn(orchestrator, who, simulated, 24)
        text, told = events(start_turn(orchestrator, who, simulated, 24))
        assert told[-1].finished.usage.completion_tokens == 24
        before_last = sum(octets for _, octets in list(unread.arrived)[:-1])
        assert before_last < 64 and unread.window.credit.left <= 0 and not unread.is_over
        assert events(unread)[0] == text


def test_a_server_that_stops_reading_grants_no_credit(simulated: Suite, who: Metadata) -> None:
    """Its answers may not leave, so it takes no further requests, of this call."""
    text = "The keeper rows home. " * 400
    with dial(simulated, "moderation", "orchestrator", own=Preface(stream_credit=1)) as moderation:
        stream, sent = judge_stream(moderation, who), 0
        while stream.credit.left > 0:
            stream.send(chunk(sent, text))
            sent += len(text)
        # PONG comes behind whatever grant there was; another call shows that only this one waits.
        assert ask(moderation, "moderation.JudgeText", who, text="Hello.", direction=INPUT).action
        moderation.ping()
        assert stream.credit.left <= 0
        released = 0
        while released < sent:
            released = judged(stream).released_up_to
        stream.send(chunk(sent, "The end.", is_last=True))
        assert judged(stream).released_up_to == sent + len("The end.")
        stream.finish()
        assert stream.receive() is None


# The connection.


def test_the_trace_goes_on_at_the_server(simulated: Suite, who: Metadata) -> None:
    trace = Trace(secrets.token_bytes(16), secrets.token_bytes(8))
    traced = Metadata(trace, who.principal, "from-python", {"colour": "blue"})
    with dial(simulated, "orchestrator", "gateway") as orchestrator:
        events(start_turn(orchestrator, traced, simulated, 1))
    wanted = {"orchestrator", "billing", "moderation", "model-worker"}
    wait_until(
        lambda: traces.services_in(simulated.layout, trace.trace_id.hex()) >= wanted, TRACE_SECONDS,
        f"{wanted} have written their spans")


def test_a_caller_may_go_as_well(simulated: Suite, who: Metadata) -> None:
    """What it has begun is answered, what it begins afterwards is not looked at, and then the server closes."""
    method = contracts.method("moderation.JudgeText").id
    request = contracts.encoded("moderation.JudgeText", text="Hello.", direction=INPUT)
    first, second = (opening(stream, method, request, metadata=who.octets) for stream in (1, 2))
    with moderation_link(simulated) as moderation:
        moderation.send(first, Frame(Kind.GOAWAY, payload=bytes(4)), second)
        frames = [moderation.receive(SECONDS) for _ in range(2)]
        with pytest.raises(ConnectionEnded):
            moderation.receive(SECONDS)
    kinds = {frame.kind: frame for frame in frames}
    assert kinds[Kind.END].stream == 1 and kinds[Kind.END].flags == Flag.MESSAGE
    assert struct.unpack_from("<I", kinds[Kind.GOAWAY].payload) == (1,)


def test_a_server_that_stops_finishes_what_it_has(simulated: Suite, who: Metadata) -> None:
    pid = simulated.pid("moderation-2")
    with dial(simulated, "moderation", "orchestrator", replica=2) as moderation:
        stream = judge_stream(moderation, who)
        judged(stream)
        os.kill(pid, signal.SIGTERM)
        # First it warns, and goes on looking at calls; our PONG says that the warning has arrived.
        last_streams = []
        while not last_streams or last_streams[-1] == b"\xff\xff\xff\xff":
            moderation.listen()
            if moderation.goaway:
                last_streams.append(moderation.goaway.payload[:4])
        assert last_streams[0] == b"\xff\xff\xff\xff"
        assert (moderation.goaway.value, moderation.goaway.payload[:4]) == (Status.OK, struct.pack("<I", 1))
        # It says nothing to what comes later, and goes on with what it had.
        moderation.link.send(opening(9, 0x0301, b""))
        stream.send(chunk(0, "The keeper rows home.", is_last=True))
        assert judged(stream).released_up_to == 21
        stream.finish()
        assert stream.receive() is None
        with pytest.raises(ConnectionEnded):
            moderation.listen()
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), RESTART_SECONDS, "it has stopped")
    simulated.wait_ready()
