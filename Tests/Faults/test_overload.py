# SPDX-License-Identifier: Apache-2.0
"""Goal: more people than can be served at once are served or told when to come back; nobody gets half an answer.

Method: three hundred connections are opened, then all ask in the same moment; every one of them ends in a whole answer
or in a 429 that says when to come back, and the books are right afterwards.
"""

from __future__ import annotations

import collections
import http.client
import json
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

import books
from suite import Suite

STREAMS = 300
ANSWER_TOKENS = 16
ANSWER_SECONDS = 60.0
# A door that turned nearly everybody away would pass otherwise.
LEAST_ANSWERED = STREAMS // 4
WHOLE, TURNED_AWAY = "whole answer", "429"


@dataclass(frozen=True)
class Crowd:
    suite: Suite
    context: ssl.SSLContext
    start: threading.Barrier

    def ask(self, number: int) -> str:
        """One person's outcome in a few words."""
        replica = "PARLEY_BASE_URL" if number % 2 else "PARLEY_BASE_URL_2"
        gateway = urlsplit(self.suite.variables[replica]).netloc
        connection = http.client.HTTPSConnection(gateway, timeout=ANSWER_SECONDS, context=self.context)
        try:
            connection.connect()
            self.start.wait(ANSWER_SECONDS)
            connection.request(
                "POST", "/v1/chat/completions", json.dumps({
                    "model": self.suite.model, "stream": True, "max_tokens": ANSWER_TOKENS,
                    "messages": [{"role": "user", "content": f"Person {number} asks."}]}),
                {"authorization": f"Bearer {self.suite.variables['PARLEY_API_KEY']}",
                 "content-type": "application/json"})
            return outcome(connection.getresponse())
        except (OSError, http.client.HTTPException, threading.BrokenBarrierError) as error:
            return repr(error)
        finally:
            connection.close()


def outcome(response: http.client.HTTPResponse) -> str:
    if response.status == 429:
        error = json.loads(response.read())["error"]
        is_told = int(response.headers["retry-after"]) >= 1 and error["message"] and error["type"] and error["code"]
        return TURNED_AWAY if is_told else f"429 without advice: {error}"
    text = response.read().decode()
    if response.status != 200:
        return f"{response.status}: {text[:300]}"
    events = [line[6:] for line in text.split("\n") if line.startswith("data: ")]
    if not events or events[-1] != "[DONE]":
        return f"cut: {text[-300:]!r}"
    choices = [choice for event in events[:-1] for choice in json.loads(event).get("choices", [])]
    return WHOLE if any(choice["finish_reason"] for choice in choices) else f"unfinished: {text[-300:]!r}"


def test_a_crowd_is_served_or_told_when_to_come_back(simulated: Suite) -> None:
    simulated.wait_ready()
    # The plan's limit of requests a minute would turn people away before anything is under load.
    simulated.admin("billing", "set-limits", "--organisation", simulated.demo["organisation"], "--apply")
    crowd = Crowd(simulated, ssl.create_default_context(cafile=str(simulated.authority)), threading.Barrier(STREAMS))
    outcomes: list[str] = []
    threads = [
        threading.Thread(target=lambda number=number: outcomes.append(crowd.ask(number)), daemon=True)
        for number in range(STREAMS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * ANSWER_SECONDS)
    counts = collections.Counter(outcomes)
    print(dict(counts))
    assert sum(counts.values()) == STREAMS
    assert set(counts) <= {WHOLE, TURNED_AWAY}, counts
    assert counts[WHOLE] >= LEAST_ANSWERED
    books.wait_closed(simulated)
    books.check(simulated)
