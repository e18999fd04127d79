# SPDX-License-Identifier: Apache-2.0
"""Goal: a worker or a gateway that dies mid-answer changes nothing that its clients read or pay.

Method: questions with a seed are answered undisturbed; then they are asked again while workers are killed at seeded
moments, one after the other, and every text, count and ledger row is compared with the undisturbed one.
"""

from __future__ import annotations

import os
import random
import re
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import books
from reading import Reading, read
from suite import Suite

QUESTIONS = 16
TOKENS = 64
# An answer takes a little over a second; nobody is looked at for longer.
LONGEST_LOOK_SECONDS = 20.0


def question(suite: Suite, number: int) -> dict[str, Any]:
    """Every other one is greedy; some end at a stop string, which a death may find half said."""
    body: dict[str, Any] = {
        "model": suite.model, "messages": [{"role": "user", "content": f"Question {number}: why do ships sink?"}],
        "max_tokens": TOKENS, "seed": number, "temperature": 0 if number % 2 else 0.9,
        "stream_options": {"include_usage": True}}
    return body


def ask(suite: Suite, body: dict[str, Any], is_streamed: bool, reading: Reading) -> Reading:
    if is_streamed:
        return read(suite, body, replica=1 + body["seed"] % 2, reading=reading)
    fields = {name: value for name, value in body.items() if name != "stream_options"}
    answer = suite.openai().chat.completions.create(**fields)
    choice = answer.choices[0]
    return Reading(
        text=choice.message.content or "", finish=choice.finish_reason, usage=answer.usage.model_dump(), is_done=True)


def is_streamed(index: int) -> bool:
    return index % 3 != 0


def ask_all(suite: Suite, bodies: list[dict[str, Any]], readings: list[Reading] | None = None) -> list[Reading]:
    """Asks all at once. `readings` are what the streams have read so far, for whoever looks on."""
    readings = readings or [Reading() for _ in bodies]
    answers: list[Reading | BaseException] = list(readings)

    def one(index: int) -> None:
        try:
            answers[index] = ask(suite, bodies[index], is_streamed(index), readings[index])
        except BaseException as error:  # noqa: BLE001 - told by the test, which knows the question
            answers[index] = error

    threads = [threading.Thread(target=one, args=(index,)) for index in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index, answer in enumerate(answers):
        assert isinstance(answer, Reading), f"question {index}: {answer!r}"
    return [answer for answer in answers if isinstance(answer, Reading)]


def look(is_so: Callable[[], bool]) -> None:
    """Waits closely: what is waited for lasts a few milliseconds."""
    end = time.monotonic() + LONGEST_LOOK_SECONDS
    while not is_so() and time.monotonic() < end:
        threading.Event().wait(0.002)


def counted(suite: Suite, name: str) -> float:
    """One of the orchestrators' counters, over all replicas and labels."""
    texts = [suite.metrics(instance) for instance in suite.instances("orchestrator")]
    return sum(float(value) for text in texts for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.M))


def test_killed_workers_change_no_answer(simulated: Suite, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(f"{seed} survival")
    simulated.wait_ready()
    simulated.admin("billing", "set-limits", "--organisation", simulated.demo["organisation"], "--apply")
    bodies = [question(simulated, number) for number in range(QUESTIONS)]
    plain = ask_all(simulated, bodies)
    for body, answer in zip(bodies, plain):
        # A stop string out of the answer's middle, so that some end there the second time, as undisturbed.
        if body["seed"] % 4 == 3:
            body["stop"] = [answer.text[len(answer.text) // 2:][:9]]
    plain = ask_all(simulated, bodies)
    before = counted(simulated, "orchestrator_continuations_total")

    readings = [Reading() for _ in bodies]
    streams = [readings[index] for index in range(QUESTIONS) if is_streamed(index)]
    workers = chance.sample(["model-worker-1", "model-worker-2"], 2)
    victims = [simulated.pid(worker) for worker in workers]
    # In the middle of somebody's answer, and later in somebody else's.
    moments = sorted(chance.sample(range(2, TOKENS // 2), 2))

    def kill_both() -> None:
        for victim, moment in zip(victims, moments):
            watched = chance.choice(streams)
            look(lambda watched=watched, moment=moment: len(watched.ids) >= moment)
            os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill_both)
    killer.start()
    disturbed = ask_all(simulated, bodies, readings)
    killer.join()
    for number, (answer, wanted) in enumerate(zip(disturbed, plain)):
        assert answer.text == wanted.text, f"question {number} of seed {seed}"
        assert answer.finish == wanted.finish and answer.is_done
        for count in ("prompt_tokens", "completion_tokens"):
            assert answer.usage[count] == wanted.usage[count], f"question {number}: {count}"
    continued = counted(simulated, "orchestrator_continuations_total") - before
    print(f"{continued:.0f} answers went on elsewhere; both workers were killed")
    assert continued > 0, "nobody was answering when the workers died"
    assert counted(simulated, "orchestrator_divergences_total") == 0
    simulated.wait_ready()
    books.wait_closed(simulated)
    books.check(simulated)


def test_a_killed_gateway_leaves_the_answer_to_the_other(simulated: Suite, seed: int) -> None:
    """Its clients said nothing of coming back; that their gateway died is not their leaving."""
    simulated.wait_ready()
    body = question(simulated, 1_000 + seed)
    whole = read(simulated, body)
    reading = Reading()
    victim = simulated.pid("gateway-1")
    reader = threading.Thread(target=read, args=(simulated, body, 1, reading))
    reader.start()
    moment = random.Random(f"{seed} gateway").randrange(2, TOKENS // 2)
    look(lambda: len(reading.ids) >= moment)
    os.kill(victim, signal.SIGKILL)
    reader.join()
    assert reading.text and not reading.is_done
    rest = read(simulated, body, replica=2, reading=reading)
    assert rest.text == whole.text and rest.is_done and rest.finish == whole.finish
    simulated.wait_ready()
    books.wait_closed(simulated)
    books.check(simulated)
