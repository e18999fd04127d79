# SPDX-License-Identifier: Apache-2.0
"""Goal: a worker with the real model that dies mid-answer leaves a whole stream that is charged once.

Method: long greedy answers are read undisturbed, then asked for again while the worker that writes one is killed. The
other worker reads the same prompt, token by token: it tells a sum over them, and the orchestrator compares. What it
writes after them may differ from the undisturbed answer where two tokens are almost equally likely, because sums taken
in another order differ in their last bits; such answers are counted and told.
"""

from __future__ import annotations

import os
import random
import re
import signal
import threading
from typing import Any

import books
from parley import table
from reading import Reading, read
from suite import Suite
from test_survival import counted, look

QUESTIONS = ("Tell me about the sea.", "How is bread made?", "Describe a city at night.", "Why do birds sing?")
TOKENS = 240
# Soon: a small model says a hundred tokens in a second.
LATEST = 40
# Most are cut at TOKENS; where two tokens are almost equally likely, one of them may be the end.
ENDS = ("length", "stop")


def question(suite: Suite, text: str) -> dict[str, Any]:
    return {
        "model": suite.model, "messages": [{"role": "user", "content": text}], "max_tokens": TOKENS, "seed": 7,
        "temperature": 0, "stream_options": {"include_usage": True}}


def diverged(suite: Suite, kind: str) -> float:
    return counted(suite, rf'orchestrator_divergences_total{{kind="{kind}"}}')


def ask_all(suite: Suite, bodies: list[dict[str, Any]], readings: list[Reading] | None = None) -> list[Reading]:
    """Reads all at once. `readings` are what has been read so far, for whoever looks on."""
    readings = readings or [Reading() for _ in bodies]
    threads = [
        threading.Thread(target=read, args=(suite, body), kwargs={"reading": reading})
        for body, reading in zip(bodies, readings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return readings


def running(suite: Suite, worker: table.Instance) -> float:
    return sum(float(value) for value in re.findall(r"^worker_running (\S+)$", suite.metrics(worker), re.M))


def differing(some: list[Reading], others: list[Reading]) -> list[int]:
    return [index for index, (a, b) in enumerate(zip(some, others)) if a.text != b.text]


def test_a_killed_worker_leaves_whole_answers(real: Suite, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(f"{seed} real survival")
    real.wait_ready()
    bodies = [question(real, text) for text in QUESTIONS]
    plain = ask_all(real, bodies)
    again = ask_all(real, bodies)
    assert all(answer.is_done and answer.finish in ENDS for answer in plain + again)
    kinds = ("prompt", "template", "tokenizer", "end", "place")
    before = {kind: diverged(real, kind) for kind in kinds}
    continued = counted(real, "orchestrator_continuations_total")

    readings = [Reading() for _ in bodies]
    asking = threading.Thread(target=ask_all, args=(real, bodies, readings))
    asking.start()
    moment = chance.randrange(4, LATEST)
    look(lambda: all(len(reading.ids) >= moment or reading.is_done for reading in readings))
    workers = [worker for worker in real.instances("model-worker") if running(real, worker) > 0]
    shown = [reading.text for reading in readings]
    os.kill(real.pid(chance.choice(workers).name), signal.SIGKILL)
    asking.join()

    continued = counted(real, "orchestrator_continuations_total") - continued
    assert continued > 0, "nobody was answering when the worker died"
    for answer, wanted, begun in zip(readings, plain, shown):
        assert answer.is_done and answer.finish in ENDS
        assert answer.connections == 1 and answer.text.startswith(begun), "one stream, nothing taken back"
        assert answer.usage is not None and wanted.usage is not None
        assert answer.usage["prompt_tokens"] == wanted.usage["prompt_tokens"]
        assert answer.finish != "length" or answer.usage["completion_tokens"] == TOKENS
        if answer.text == wanted.text:
            assert answer.finish == wanted.finish
            assert answer.usage["completion_tokens"] == wanted.usage["completion_tokens"]
    for kind in kinds:
        assert diverged(real, kind) == before[kind], f"the second worker saw another {kind}"
    others = differing(readings, plain)
    print(
        f"{continued:.0f} answers went on elsewhere after {moment} tokens and more; "
        "their prompts were equal token by token; "
        f"{len(others)} of {len(bodies)} texts differ from the undisturbed ones, {len(differing(again, plain))} of two "
        "undisturbed runs from each other")
    for index in others:
        place = next(
            (at for at, (a, b) in enumerate(zip(readings[index].text, plain[index].text)) if a != b), None)
        print(f"  question {index + 1}: differs from character {place}; {len(shown[index])} were shown before")
    real.wait_ready()
    books.wait_closed(real)
    books.check(real)
