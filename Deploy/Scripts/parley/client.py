# SPDX-License-Identifier: Apache-2.0
"""A small HTTPS client for the public API, of the standard library: the front door asks as any program would."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from parley.failure import Failure


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: dict[str, Any]


class Client:
    """Speaks to one base URL with one key, trusting one authority."""

    def __init__(self, base_url: str, key: str, authority: Path, seconds: float = 120.0) -> None:
        self.base_url = base_url
        self.key = key
        self.seconds = seconds
        self.context = ssl.create_default_context(cafile=str(authority))

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        content = json.dumps(body).encode()
        return self._ask("POST", path, content, {"Content-Type": "application/json", **(headers or {})})

    def upload(self, path: str, file: Path, fields: Mapping[str, str]) -> Answer:
        """Sends a file as browsers and the openai client do: multipart/form-data."""
        border = uuid.uuid4().hex
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
        parts.append(f"{head}Content-Type: text/markdown\r\n\r\n".encode() + file.read_bytes() + b"\r\n")
        content = b"".join(parts) + f"--{border}--\r\n".encode()
        return self._ask("POST", path, content, {"Content-Type": f"multipart/form-data; boundary={border}"})

    def _ask(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        request = urllib.request.Request(f"{self.base_url}{path}", data=content, method=method)
        request.add_header("Authorization", f"Bearer {self.key}")
        for name, value in headers.items():
            request.add_header(name, value)
        # No proxy stands between us and a port on loopback, whatever the environment says.
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.context))
        try:
            with opener.open(request, timeout=self.seconds) as response:
                return Answer(response.status, response.headers, json.loads(response.read() or b"{}"))
        except urllib.error.HTTPError as error:
            said = error.read().decode("utf-8", "replace")[:1_000]
            raise Failure(
                f"{method} {path} was answered with {error.code}: {said}",
                advice="`make logs SERVICE=gateway` shows the request; `make status` shows who is not ready") from error
        except (OSError, ValueError) as error:
            raise Failure(f"{method} {path} failed: {error}", advice="`make status` shows who is not ready") from error
