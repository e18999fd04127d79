# SPDX-License-Identifier: Apache-2.0
"""What somebody does who points the official client at Parley."""

from __future__ import annotations

import openai
import pytest

from plain_http import ask
from suite import Suite

HELLO = [{"role": "user", "content": "Say hello to the lighthouse keeper."}]


def test_an_answer_comes_with_honest_counts(simulated: Suite) -> None:
    answer = simulated.openai().chat.completions.create(model=simulated.model, messages=HELLO, max_tokens=24)
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content
    assert answer.usage.completion_tokens <= 24
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_streamed_answer_is_the_same_answer(simulated: Suite) -> None:
    client = simulated.openai()
    request = {"model": simulated.model, "messages": HELLO, "max_tokens": 24, "temperature": 0, "seed": 7}
    whole = client.chat.completions.create(**request)
    pieces, usage, reason = [], None, None
    stream = client.chat.completions.create(**request, stream=True, stream_options={"include_usage": True})
    for chunk in stream:
        if chunk.choices:
            pieces.append(chunk.choices[0].delta.content or "")
            reason = chunk.choices[0].finish_reason or reason
        usage = chunk.usage or usage
    assert "".join(pieces) == whole.choices[0].message.content
    assert reason == whole.choices[0].finish_reason
    assert usage.completion_tokens == whole.usage.completion_tokens


def test_both_gateways_answer(simulated: Suite) -> None:
    for replica in (1, 2):
        answer = simulated.openai(replica).chat.completions.create(
            model=simulated.model, messages=HELLO, max_tokens=8)
        assert answer.choices[0].message.content


def test_the_models_are_listed(simulated: Suite) -> None:
    names = {model.id for model in simulated.openai().models.list()}
    assert {simulated.model, simulated.variables["PARLEY_EMBED_MODEL"]} <= names


def test_texts_are_embedded(simulated: Suite) -> None:
    answer = simulated.openai().embeddings.create(
        model=simulated.variables["PARLEY_EMBED_MODEL"], input=["a cat", "a kitten"])
    assert [item.index for item in answer.data] == [0, 1]
    assert len(answer.data[0].embedding) == len(answer.data[1].embedding) > 0


def test_embeddings_may_be_shortened(simulated: Suite) -> None:
    create, model = simulated.openai().embeddings.create, simulated.variables["PARLEY_EMBED_MODEL"]
    whole = create(model=model, input="a cat on a mat").data[0].embedding
    short = create(model=model, input="a cat on a mat", dimensions=64).data[0].embedding
    length = sum(value * value for value in whole[:64]) ** 0.5
    assert short == pytest.approx([value / length for value in whole[:64]], abs=1e-5)
    with pytest.raises(openai.BadRequestError) as caught:
        create(model=model, input="a cat on a mat", dimensions=len(whole) + 1)
    assert caught.value.param == "dimensions"


def test_texts_are_ranked(simulated: Suite) -> None:
    body = {
        "model": simulated.variables["PARLEY_EMBED_MODEL"], "query": "a cat on a mat",
        "documents": ["quarterly revenue grew", "the cat sat on a mat"], "top_n": 1, "return_documents": True}
    answer = ask(simulated, "POST", "/v1/rerank", body).body
    assert [(row["index"], row["document"]["text"]) for row in answer["results"]] == [(1, body["documents"][1])]
    assert answer["usage"]["total_tokens"] > 0


def test_an_unknown_key_is_refused(simulated: Suite) -> None:
    with pytest.raises(openai.AuthenticationError):
        simulated.openai(key="sk-nobody").chat.completions.create(model=simulated.model, messages=HELLO)


def test_an_unknown_model_is_named(simulated: Suite) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        simulated.openai().chat.completions.create(model="no-such-model", messages=HELLO)
    assert "no-such-model" in str(caught.value)


def test_a_request_without_messages_is_a_bad_request(simulated: Suite) -> None:
    with pytest.raises(openai.BadRequestError):
        simulated.openai().chat.completions.create(model=simulated.model, messages=[])


def test_most_tokens_is_a_limit_and_says_so(simulated: Suite) -> None:
    answer = simulated.openai().chat.completions.create(model=simulated.model, messages=HELLO, max_tokens=2)
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 2
