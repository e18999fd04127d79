# SPDX-License-Identifier: Apache-2.0
"""The public API as programs other than the official client see it: exact shapes, headers, errors and bytes."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

import openai
import pytest
from openai.types import CreateEmbeddingResponse, FileObject, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.conversations import Conversation

from parley.waiting import wait_until
from plain_http import HELLO, TIMEOUT_SECONDS, ask, chat, connect
from suite import Suite

# The edge takes this many bytes of JSON.
LONGEST_BODY = 4 << 20


# Shapes: the official client's own types, strictly.


def test_a_whole_answer_has_the_official_shape(simulated: Suite) -> None:
    ChatCompletion.model_validate_json(chat(simulated).text)


def test_every_chunk_has_the_official_shape(simulated: Suite) -> None:
    events = chat(simulated, stream=True, stream_options={"include_usage": True}).events
    assert events[-1] == "[DONE]"
    chunks = [ChatCompletionChunk.model_validate_json(event) for event in events[:-1]]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices for chunk in chunks].count([]) == 1
    assert chunks[-1].usage and not any(chunk.usage for chunk in chunks[:-1])
    assert len({chunk.id for chunk in chunks}) == 1


def test_models_and_embeddings_have_the_official_shape(simulated: Suite) -> None:
    for row in ask(simulated, "GET", "/v1/models").body["data"]:
        Model.model_validate(row)
        assert ask(simulated, "GET", f"/v1/models/{row['id']}").body == row
    model = simulated.variables["PARLEY_EMBED_MODEL"]
    plain = ask(simulated, "POST", "/v1/embeddings", {"model": model, "input": "a cat"})
    CreateEmbeddingResponse.model_validate_json(plain.text)
    # The official client asks for base64 and decodes it.
    decoded = simulated.openai().embeddings.create(model=model, input="a cat")
    assert decoded.data[0].embedding == pytest.approx(plain.body["data"][0]["embedding"], abs=1e-6)


def test_conversations_have_the_official_shape(simulated: Suite) -> None:
    client = simulated.openai()
    conversation = client.conversations.create(metadata={"title": "Trip"})
    Conversation.model_validate(ask(simulated, "GET", f"/v1/conversations/{conversation.id}").body)
    chat(simulated, parley={"conversation_id": conversation.id})
    items = ask(simulated, "GET", f"/v1/conversations/{conversation.id}/items").body["data"]
    assert [item["role"] for item in items] == ["user", "assistant"]
    listed = list(client.conversations.items.list(conversation.id, order="asc"))
    assert [(item.type, item.status) for item in listed] == [("message", "completed")] * 2
    assert conversation.id in {row["id"] for row in ask(simulated, "GET", "/v1/conversations").body["data"]}
    assert client.conversations.delete(conversation.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(conversation.id)


def test_files_have_the_official_shape(simulated: Suite) -> None:
    made = simulated.openai().files.create(file=("note.txt", b"The ferry sails at noon."), purpose="assistants")
    FileObject.model_validate(ask(simulated, "GET", f"/v1/files/{made.id}").body)
    assert simulated.openai().files.delete(made.id).deleted


# Errors: status, shape and code.


@pytest.mark.parametrize(("fields", "status", "parameter", "code"), [
    ({"messages": []}, 400, "messages", "empty_array"),
    ({"model": None}, 400, "model", "missing_required_parameter"),
    ({"temperature": 9}, 400, "temperature", "decimal_above_max_value"),
    ({"stop": ["1", "2", "3", "4", "5"]}, 400, "stop", "array_above_max_length"),
    ({"messages": [{"role": "king", "content": "x"}]}, 400, "messages[0].role", "invalid_value"),
    ({"tools": [{"type": "function"}]}, 400, "tools[0].function", "missing_required_parameter"),
    ({"model": "no-such-model"}, 404, "model", "model_not_found"),
    ({"messages": [{"role": "user", "content": "sea " * 700_000}]}, 400, "messages", "text_too_long"),
])
@pytest.mark.parametrize("stream", [False, True])
def test_wrong_requests_say_what_is_wrong(
    simulated: Suite, fields: dict[str, Any], status: int, parameter: str, code: str, stream: bool
) -> None:
    reply = chat(simulated, stream=stream, **fields)
    assert (reply.status, reply.error["code"], reply.error["param"]) == (status, code, parameter)
    assert reply.error["type"] == "invalid_request_error"
    assert reply.error["message"]


def test_a_prompt_beyond_the_context_is_named(real: Suite) -> None:
    """The simulated engine's context has no end worth reaching; the real model's has."""
    reply = chat(real, messages=[{"role": "user", "content": "sea " * 20_000}])
    assert (reply.status, reply.error["code"]) == (400, "context_length_exceeded")
    with pytest.raises(openai.BadRequestError) as caught:
        real.openai().chat.completions.create(
            model=real.model, messages=[{"role": "user", "content": "sea " * 20_000}])
    assert caught.value.code == "context_length_exceeded"


def test_a_body_that_is_too_long_is_refused(simulated: Suite) -> None:
    reply = chat(simulated, user="x" * LONGEST_BODY)
    assert reply.status == 413
    assert reply.error["type"] == "invalid_request_error"


def test_what_is_no_json_is_refused(simulated: Suite) -> None:
    assert ask(simulated, "POST", "/v1/chat/completions", "{").error["code"] == "invalid_json"
    deep = ask(simulated, "POST", "/v1/chat/completions", "[" * 100_000)
    assert deep.status == 400
    other = ask(simulated, "POST", "/v1/chat/completions", "a=1", {"content-type": "application/x-www-form-urlencoded"})
    assert other.status == 415


def test_unknown_places_are_said_so(simulated: Suite) -> None:
    unknown = ask(simulated, "GET", "/v1/nothing")
    assert (unknown.status, unknown.error["code"]) == (404, "unknown_url")
    wrong = ask(simulated, "PUT", "/v1/models")
    assert (wrong.status, wrong.error["code"]) == (405, "method_not_supported")
    assert "GET" in wrong.headers["allow"]


def test_no_key_and_a_wrong_key_are_unauthenticated(simulated: Suite) -> None:
    wrong = ask(simulated, "GET", "/v1/models", key="sk-wrong")
    assert (wrong.status, wrong.error["code"]) == (401, "invalid_api_key")
    assert wrong.headers["www-authenticate"] == "Bearer"
    none = ask(simulated, "GET", "/v1/models", headers={"authorization": ""})
    assert none.status == 401


# Headers and bytes.


def test_every_answer_has_its_request_id(simulated: Suite) -> None:
    for path in ("/v1/models", "/v1/nothing", "/"):
        assert ask(simulated, "GET", path).headers["x-request-id"].startswith("req_")
    assert ask(simulated, "GET", "/v1/models", headers={"x-request-id": "mine-1"}).headers["x-request-id"] == "mine-1"


def test_a_turn_tells_its_limits(simulated: Suite) -> None:
    reply = chat(simulated)
    limit = int(reply.headers["x-ratelimit-limit-requests"])
    assert 0 <= int(reply.headers["x-ratelimit-remaining-requests"]) <= limit
    assert reply.headers["x-ratelimit-reset-requests"].endswith("s")


def test_events_carry_their_place(simulated: Suite) -> None:
    reply = chat(simulated, stream=True)
    places = [line[4:].split(":") for line in reply.text.split("\n") if line.startswith("id: ")]
    assert len({turn for turn, _ in places}) == 1
    numbers = [int(number) for _, number in places]
    assert numbers == sorted(set(numbers)) and numbers[-1] <= 8


def test_the_same_idempotency_key_is_paid_once(simulated: Suite) -> None:
    name = {"idempotency-key": f"once-{time.time_ns()}"}
    first, second = chat(simulated, name), chat(simulated, name)
    assert first.body["id"] == second.body["id"]


def test_curl_streams(simulated: Suite) -> None:
    said = subprocess.run(
        ["curl", "--silent", "--no-buffer", "--cacert", str(simulated.authority),
         f"{simulated.variables['PARLEY_BASE_URL']}/chat/completions",
         "-H", f"Authorization: Bearer {simulated.variables['PARLEY_API_KEY']}", "-H", "Content-Type: application/json",
         "-d", json.dumps({"model": simulated.model, "messages": HELLO, "max_tokens": 4, "stream": True})],
        capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True).stdout
    assert said.endswith("data: [DONE]\n\n")


def test_a_closed_tab_stops_the_model(simulated: Suite) -> None:
    """The turn ends long before its tokens do, and the books show what was written until then."""
    connection = connect(simulated)
    body = json.dumps({"model": simulated.model, "messages": HELLO, "max_tokens": 2_000, "stream": True})
    connection.request("POST", "/v1/chat/completions", body, {
        "authorization": f"Bearer {simulated.variables['PARLEY_API_KEY']}", "content-type": "application/json"})
    answer = connection.getresponse()
    turn = ""
    while not turn:
        line = answer.fp.readline().decode()
        if line.startswith("id: "):
            turn = line[4:].split(":")[0]
    connection.close()
    wait_until(
        lambda: any(
            f'"turn":"{turn}"' in text and '"status":"499"' in text
            for log in simulated.layout.logs.glob("gateway*.log")
            for text in log.read_text(encoding="utf-8", errors="replace").splitlines()),
        TIMEOUT_SECONDS, "the gateway has let the turn go")
