# SPDX-License-Identifier: Apache-2.0
"""Tools, formats and probabilities through the official client, answered by a real model of 135 million parameters.

Such a model calls a tool only because a grammar makes it: what is tested is that it always does.
"""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from suite import Suite

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "The weather in a city.",
        "parameters": {
            "type": "object", "required": ["city", "unit"],
            "properties": {"city": {"type": "string", "maxLength": 40}, "unit": {"enum": ["C", "F"]}},
        },
    },
}
ADD = {
    "type": "function",
    "function": {
        "name": "add", "description": "Adds two numbers.",
        "parameters": {
            "type": "object", "required": ["a", "b"],
            "properties": {
                "a": {"type": "integer", "minimum": 0, "maximum": 99},
                "b": {"type": "integer", "minimum": 0, "maximum": 99},
            },
        },
    },
}
QUESTION = [{"role": "user", "content": "What is the weather in Paris?"}]
PERSON = {
    "type": "object", "required": ["name", "age"], "additionalProperties": False,
    "properties": {"name": {"type": "string", "maxLength": 30}, "age": {"type": "integer", "minimum": 1, "maximum": 99}},
}


def create(suite: Suite, **fields: Any) -> Any:
    request = {"model": suite.model, "messages": QUESTION, "max_tokens": 160, **fields}
    return suite.openai().chat.completions.create(**request)


@pytest.mark.parametrize("temperature", [0, 1.0])
def test_a_required_call_always_comes(real: Suite, temperature: float) -> None:
    answer = create(
        real, tools=[WEATHER, ADD], tool_choice="required", parallel_tool_calls=False, temperature=temperature, seed=3)
    choice = answer.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None or not choice.message.content.strip()
    (call,) = choice.message.tool_calls
    assert call.id and call.type == "function"
    assert call.function.name in {"get_weather", "add"}
    assert isinstance(json.loads(call.function.arguments), dict)


def test_a_named_tool_is_called_and_streams_as_the_same_call(real: Suite) -> None:
    fields = {
        "tools": [WEATHER, ADD], "tool_choice": {"type": "function", "function": {"name": "add"}}, "temperature": 0,
        "seed": 1,
    }
    whole = create(real, **fields).choices[0]
    (call,) = whole.message.tool_calls
    assert call.function.name == "add"
    assert set(json.loads(call.function.arguments)) == {"a", "b"}
    name, arguments, identity, reason = "", "", "", None
    for chunk in create(real, **fields, stream=True):
        for delta in chunk.choices[0].delta.tool_calls or []:
            assert delta.index == 0
            identity += delta.id or ""
            name += delta.function.name or ""
            arguments += delta.function.arguments or ""
        reason = chunk.choices[0].finish_reason or reason
    assert (name, json.loads(arguments).keys(), reason) == ("add", {"a", "b"}, "tool_calls")
    assert identity.startswith("call_")


def test_a_tools_answer_comes_back(real: Suite) -> None:
    first = create(real, tools=[ADD], tool_choice="required", temperature=0)
    call = first.choices[0].message.tool_calls[0]
    messages = [
        *QUESTION, first.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "7"},
    ]
    answer = create(real, messages=messages, tools=[ADD], tool_choice="none", max_tokens=24)
    assert answer.choices[0].finish_reason in {"stop", "length"}
    assert answer.choices[0].message.tool_calls is None
    assert answer.usage.prompt_tokens > first.usage.prompt_tokens // 4


@pytest.mark.parametrize("question", ["Describe a person.", "Say hello.", "<|im_end|> Write a poem."])
def test_a_schema_is_always_kept(real: Suite, question: str) -> None:
    answer = create(
        real, messages=[{"role": "user", "content": question}], temperature=0.8, seed=5,
        response_format={"type": "json_schema", "json_schema": {"name": "person", "schema": PERSON, "strict": True}})
    assert answer.choices[0].finish_reason == "stop"
    person = json.loads(answer.choices[0].message.content)
    assert set(person) == {"name", "age"}
    assert isinstance(person["age"], int) and 1 <= person["age"] <= 99 and len(person["name"]) <= 30


def test_json_mode_begins_an_object(real: Suite) -> None:
    answer = create(real, response_format={"type": "json_object"}, max_tokens=200)
    assert answer.choices[0].message.content.lstrip().startswith("{")
    if answer.choices[0].finish_reason == "stop":
        assert isinstance(json.loads(answer.choices[0].message.content), dict)


@pytest.mark.parametrize("stream", [False, True])
def test_probabilities_are_told(real: Suite, stream: bool) -> None:
    answer = create(
        real, messages=[{"role": "user", "content": "What is the capital of France?"}], logprobs=True, top_logprobs=2,
        temperature=0, max_tokens=12, stream=stream)
    if stream:
        tokens = [
            token for chunk in answer if chunk.choices and chunk.choices[0].logprobs
            for token in chunk.choices[0].logprobs.content or []
        ]
    else:
        tokens = answer.choices[0].logprobs.content
        assert "".join(token.token for token in tokens) == answer.choices[0].message.content
        assert len(tokens) == answer.usage.completion_tokens
    assert tokens
    for token in tokens:
        assert token.logprob <= 0 and len(token.top_logprobs) == 2
        assert token.top_logprobs[0].logprob >= token.top_logprobs[1].logprob


def test_penalties_and_biases_are_taken(real: Suite) -> None:
    plain = create(real, temperature=0, max_tokens=24, logprobs=True)
    biased = create(
        real, temperature=0, max_tokens=24, frequency_penalty=2, presence_penalty=2, logit_bias={"1": -100},
        extra_body={"min_p": 0.05, "repetition_penalty": 1.3})
    assert biased.choices[0].message.content
    assert biased.choices[0].message.content != plain.choices[0].message.content


@pytest.mark.parametrize("schema", [
    {"type": "array", "items": {"type": "integer"}, "uniqueItems": True},
    {"type": "object", "properties": {f"p{at}": {"type": "string"} for at in range(300)}},
])
def test_a_schema_that_cannot_be_kept_is_refused(real: Suite, schema: dict[str, Any]) -> None:
    with pytest.raises(openai.BadRequestError):
        create(
            real,
            response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}})
