# SPDX-License-Identifier: Apache-2.0
"""People who chat while things break: streams in conversations of their own, and short probes that want an answer."""

from __future__ import annotations

import http.client
import json
import random
import ssl
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from suite import Suite

ANSWER_SECONDS = 60.0
# A client that lost its answer waits this long before it asks again, as the official client does.
RETRY_SECONDS = 0.2
PROBE_TOKENS = 4


@dataclass
class Outcomes:
    """What the streams saw, counted by kind: nobody is promised that a stream survives its gateway."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    completed: int = 0
    broken: int = 0

    def note(self, *, completed: bool) -> None:
        with self.lock:
            self.completed += completed
            self.broken += not completed


class Load:
    """`streams` people who ask, read to the end and ask again, until told to stop."""

    def __init__(self, suite: Suite, streams: int, seed: int) -> None:
        self.outcomes = Outcomes()
        self.stopping = threading.Event()
        values = suite.variables
        self.key = values["PARLEY_API_KEY"]
        self.model = suite.model
        self.context = ssl.create_default_context(cafile=str(suite.authority))
        self.gateways = [
            urlsplit(value).netloc for name, value in values.items() if name.startswith("PARLEY_BASE_URL")]
        self.threads = [
            threading.Thread(target=self._person, args=(random.Random(seed * 1_000 + number),), daemon=True)
            for number in range(streams)
        ]

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(ANSWER_SECONDS)

    def probe(self, chance: random.Random, seconds: float) -> float:
        """Asks one short question, again and again until it is answered; how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                self._ask(chance.choice(self.gateways), {"max_tokens": PROBE_TOKENS}, chance)
                return time.monotonic() - began
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(RETRY_SECONDS)
        return float("inf")

    def _person(self, chance: random.Random) -> None:
        conversation = None
        while not self.stopping.is_set():
            gateway = chance.choice(self.gateways)
            try:
                if conversation is None:
                    conversation = self._post(gateway, "/v1/conversations", {})["id"]
                extras = {"max_tokens": chance.randint(16, 96), "parley": {"conversation_id": conversation}}
                self._ask(gateway, extras, chance)
                self.outcomes.note(completed=True)
            except (OSError, http.client.HTTPException, ValueError):
                self.outcomes.note(completed=False)
                time.sleep(RETRY_SECONDS)

    def _ask(self, gateway: str, extras: dict[str, object], chance: random.Random) -> None:
        """One streamed answer, read to its end; raises when it has none."""
        question = f"Tell me about number {chance.randrange(1_000_000)}."
        body = {
            "model": self.model, "stream": True, "messages": [{"role": "user", "content": question}], **extras}
        connection = http.client.HTTPSConnection(gateway, timeout=ANSWER_SECONDS, context=self.context)
        try:
            connection.request("POST", "/v1/chat/completions", json.dumps(body), self._headers())
            response = connection.getresponse()
            if response.status != 200:
                raise ValueError(f"status {response.status}: {response.read()[:200]!r}")
            for line in response:
                if line.startswith(b"data: [DONE]"):
                    return
                if line.startswith(b'data: {"error"'):
                    raise ValueError(line[:200].decode())
            raise ValueError("the stream ended before its end")
        finally:
            connection.close()

    def _post(self, gateway: str, path: str, body: dict[str, object]) -> dict[str, str]:
        connection = http.client.HTTPSConnection(gateway, timeout=ANSWER_SECONDS, context=self.context)
        try:
            connection.request("POST", path, json.dumps(body), self._headers())
            response = connection.getresponse()
            if response.status >= 300:
                raise ValueError(f"status {response.status}")
            return json.loads(response.read())
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
