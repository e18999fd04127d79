# SPDX-License-Identifier: Apache-2.0
"""Requests to the edge with nothing between: what a test says is what the gateway hears."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from suite import Suite

HELLO = [{"role": "user", "content": "Say hello to the lighthouse keeper."}]
TIMEOUT_SECONDS = 60.0


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict[str, Any]:
        return self.body["error"]

    @property
    def events(self) -> list[str]:
        return [line[6:] for line in self.text.split("\n") if line.startswith("data: ")]


def connect(suite: Suite) -> http.client.HTTPSConnection:
    place = urlsplit(suite.variables["PARLEY_BASE_URL"])
    context = ssl.create_default_context(cafile=str(suite.authority))
    return http.client.HTTPSConnection(place.hostname, place.port, timeout=TIMEOUT_SECONDS, context=context)


def ask(
    suite: Suite, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None,
    key: str | None = None,
) -> Reply:
    connection = connect(suite)
    try:
        content = body if isinstance(body, (bytes, str)) or body is None else json.dumps(body)
        wanted = {"authorization": f"Bearer {key or suite.variables['PARLEY_API_KEY']}"}
        if content is not None:
            wanted["content-type"] = "application/json"
        connection.request(method, path, content, {**wanted, **(headers or {})})
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read().decode())
    finally:
        connection.close()


def chat(suite: Suite, headers: dict[str, str] | None = None, **fields: Any) -> Reply:
    body = {"model": suite.model, "messages": HELLO, "max_tokens": 8, **fields}
    return ask(suite, "POST", "/v1/chat/completions", body, headers)
