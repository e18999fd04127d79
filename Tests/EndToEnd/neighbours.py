# SPDX-License-Identifier: Apache-2.0
"""People who go on with conversations of their own while a test looks at somebody else's."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from suite import ANSWER_SECONDS, Suite

# Then a person begins anew: the real model's cache holds eight thousand tokens and shall not be filled by one talk.
TURNS_OF_A_CONVERSATION = 5
ANSWER_TOKENS = 32


@dataclass
class Neighbour:
    number: int
    answers: int = 0
    failures: list[str] = field(default_factory=list)


class Neighbours:
    """`count` conversations that never pause between entry and exit. Whoever is not answered fails the test."""

    def __init__(self, suite: Suite, count: int) -> None:
        self.suite = suite
        self.people = [Neighbour(number) for number in range(count)]
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self._talk, args=(person,), daemon=True) for person in self.people]

    def __enter__(self) -> Neighbours:
        for thread in self.threads:
            thread.start()
        end = time.monotonic() + ANSWER_SECONDS
        while not all(person.answers or person.failures for person in self.people):
            assert time.monotonic() < end, "the neighbours were not answered"
            time.sleep(0.05)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(ANSWER_SECONDS)
        # A test that failed by itself says why; theirs would hide it.
        if kind is None:
            failures = [failure for person in self.people for failure in person.failures]
            assert failures == [], "neighbours were not answered"

    @property
    def answers(self) -> list[int]:
        return [person.answers for person in self.people]

    def _talk(self, person: Neighbour) -> None:
        client = self.suite.openai()
        conversation = ""
        turn = 0
        try:
            while not self.stopping.is_set():
                if turn % TURNS_OF_A_CONVERSATION == 0:
                    conversation = self.suite.client().post("/conversations", {}).body["id"]
                turn += 1
                client.chat.completions.create(
                    model=self.suite.model, max_tokens=ANSWER_TOKENS, messages=[
                        {"role": "user", "content": f"Neighbour {person.number} asks for story number {turn}."}],
                    extra_body={"parley": {"conversation_id": conversation}})
                person.answers += 1
        # Whatever it is: the thread's end must not hide it.
        except Exception as error:
            person.failures.append(f"neighbour {person.number}, turn {turn}: {error!r}")
