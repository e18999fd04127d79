# SPDX-License-Identifier: Apache-2.0
"""The engine against the bare library and against llama.cpp's own server, on one model file and one thread.

Tokens per second of processor time are the figures to trust: a busy machine does not change them.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from parley import build, models, ports
from parley.bench import processes
from parley.bench.load import running
from parley.bench.marks import Mark
from parley.commands import output, run_logged
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import say, step

PEER = "llama.cpp's server"
# A build of that server as a Python module, with no library to share with ours.
PEER_PACKAGE = "xllamacpp==2026.10.11549"
PEER_PORT = 19_300
FLOOR = "bare C API"
ANSWER_TOKENS = 64
LOAD_SECONDS = 60.0
# Bursts of each width: as many as the engine's own run asks.
ROUNDS = {1: 3, 2: 2, 4: 2, 8: 2, 16: 1}
BURST = "burst"
BURST_ROUNDS = 2

_SERVER = """
import sys, time, xllamacpp
settings = xllamacpp.CommonParams()
settings.model.path, settings.port = sys.argv[1], int(sys.argv[2])
settings.n_ctx, settings.n_parallel, settings.cont_batching = 8192, 16, True
settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(settings)
while True: time.sleep(3600)
"""


@dataclass(frozen=True)
class Found:
    """What one width cost the peer."""

    per_processor_second: float
    first_token_p95_ms: float
    # Processor time until the last of a burst's first tokens; the median burst.
    slowest_first_token_ms: float


def measure(layout: Layout, builds: bool) -> list[Mark]:
    if builds:
        build.build(layout)
    model = layout.models / models.CHAT_FILE
    with step("worker: the engine and the bare library"):
        program = str(layout.products / "worker-benchmark")
        ours = json.loads(output([program, str(model)], seconds=600.0, advice="run `make models` first"))
    theirs = _peer(layout, model)
    return _marks(ours, theirs)


def _marks(ours: dict[str, float], theirs: dict[str, Found]) -> list[Mark]:
    found = []
    for width in ROUNDS:
        speed = ours[f"engine_c{width}"]
        peer = theirs.get(f"c{width}")
        found.append(Mark(
            f"answers, prompts included, c={width}", speed, "tokens/cpu-s", FLOOR + ", prompts not counted",
            ours[f"bare_decode_c{width}"], more_is_better=True))
        if peer:
            found.append(_judged(Mark(
                f"answers, prompts included, c={width}", speed, "tokens/cpu-s", PEER, peer.per_processor_second,
                wanted=">= the peer's", more_is_better=True), at_least=1.0))
    for name, title in (("c1", "c=1, cold"), ("c8", "c=8, cold"), (BURST, "c=8, one new system message")):
        if name in theirs:
            half = ("<= half the peer's", 2.0) if name != "c1" else ("", None)
            found += [
                _judged(Mark(
                    f"first token, p95, {title}", ours[f"engine_first_token_p95_ms_{name}"], "ms", PEER,
                    theirs[name].first_token_p95_ms, wanted=half[0]), half[1]),
                Mark(
                    f"processor time to the last first token, {title}", ours[f"engine_first_token_cpu_ms_{name}"],
                    "ms", PEER, theirs[name].slowest_first_token_ms),
            ]
    for name, title, least in (("quoting", "an answer that quotes", 1.0), ("free", "one that does not", 0.97)):
        for width in (1, 4):
            found.append(_judged(Mark(
                f"{title}, checked ahead, c={width}", ours[f"drafting_{name}_c{width}"], "tokens/cpu-s",
                "the same without", ours[f"plain_{name}_c{width}"], wanted=f">= {least} x", more_is_better=True),
                at_least=least))
    cached = int(ours["engine_warm_cached_tokens"])
    found.append(_judged(Mark(
        f"first token after {cached} cached, processor time", ours["engine_warm_first_token_ms"], "ms", FLOOR,
        ours["bare_warm_first_token_ms"], wanted="<= 1.2 x the floor"), at_least=1 / 1.2))
    return found


def _judged(mark: Mark, at_least: float | None) -> Mark:
    ratio = mark.ratio
    if at_least is None or ratio is None:
        return mark
    return replace(mark, reached=ratio >= at_least)


def _peer(layout: Layout, model: Path) -> dict[str, Found]:
    """What the same questions cost llama.cpp's server; nothing when it cannot be had."""
    home = layout.cache / "bench" / "xllamacpp"
    python = home / "bin" / "python"
    log = layout.cache / "logs" / "xllamacpp.log"
    try:
        if not (home / "ready").exists():
            with step("worker: install llama.cpp's server"):
                run_logged([sys.executable, "-m", "venv", str(home)], log)
                run_logged(
                    [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", PEER_PACKAGE],
                    log, seconds=180.0)
                (home / "ready").touch()
    except Failure as failure:
        say(f"worker: {PEER} is left out: {failure.sentence}")
        return {}
    port = ports.free_near(PEER_PORT)
    with step(f"worker: {PEER}"), running([str(python), "-c", _SERVER, str(model), str(port)], port) as pid:
        return asyncio.run(_ask_all(port, pid))


async def _ask_all(port: int, pid: int) -> dict[str, Found]:
    await _until_loaded(port)
    found = {}
    for width, rounds in ROUNDS.items():
        found[f"c{width}"] = await _found(pid, [
            [_prompt("", 1_000 * width + 100 * turn + number) for number in range(width)] for turn in range(rounds)
        ], port, keeps=False)
    # Here its cache of prompts is on, as it is by default: that is what this question is about.
    found[BURST] = await _found(pid, [
        [_prompt(_system(turn), 90_000 + 100 * turn + number) for number in range(8)] for turn in range(BURST_ROUNDS)
    ], port, keeps=True)
    return found


async def _found(pid: int, bursts: list[list[str]], port: int, *, keeps: bool) -> Found:
    def spent() -> float:
        return processes.processor_seconds({PEER: pid})[PEER]

    began = spent()
    answers, slowest = [], []
    for prompts in bursts:
        before = spent()
        burst = await asyncio.gather(*(_answer(port, prompt, spent, keeps=keeps) for prompt in prompts))
        answers += burst
        slowest.append((max(answer.processor for answer in burst) - before) * 1_000)
    firsts = sorted(answer.first for answer in answers)
    return Found(
        per_processor_second=sum(answer.tokens for answer in answers) / max(spent() - began, 0.01),
        first_token_p95_ms=firsts[(len(firsts) * 95 - 1) // 100] * 1_000,
        slowest_first_token_ms=sorted(slowest)[len(slowest) // 2])


def _system(turn: int) -> str:
    """As in the engine's own run."""
    rules = " ".join(f"Rule {number}: the assistant must be brief and kind." for number in range(20))
    return f"Product {turn}. {rules}"


def _prompt(system: str, number: int) -> str:
    """Rendered here, so that both sides read the same tokens: the server's own template would add a system message."""
    before = f"<|im_start|>system\n{system}<|im_end|>\n" if system else ""
    question = f"Write a long story about traveller number {number}."
    return f"{before}<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"


async def _until_loaded(port: int) -> None:
    """The server listens before its model is loaded, and refuses until then."""
    ends = time.monotonic() + LOAD_SECONDS
    while True:
        try:
            await _answer(port, _prompt("", 0), time.process_time, keeps=False)
            return
        except Failure:
            if time.monotonic() > ends:
                raise
            await asyncio.sleep(0.5)


@dataclass(frozen=True)
class Answer:
    """Seconds to the first token, the peer's processor time then, and the tokens."""

    first: float
    processor: float
    tokens: int


async def _answer(port: int, prompt: str, spent: Callable[[], float], *, keeps: bool) -> Answer:
    body = json.dumps({
        "prompt": prompt, "n_predict": ANSWER_TOKENS, "temperature": 0, "stream": True, "cache_prompt": keeps}).encode()
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /completion HTTP/1.1\r\nHost: peer\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body)
    first, processor, tokens = 0.0, 0.0, 0
    while line := await reader.readline():
        if not line.startswith(b"data: {"):
            continue
        event = json.loads(line[6:])
        if not first:
            first, processor = time.perf_counter() - started, spent()
        # The last event tells how many there were: one event may carry several.
        tokens = int(event.get("tokens_predicted") or tokens + 1)
    writer.close()
    if not tokens:
        raise Failure(f"{PEER} gave no answer")
    return Answer(first, processor, tokens)
