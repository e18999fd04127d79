# SPDX-License-Identifier: Apache-2.0
"""The engine against the bare library and against llama.cpp's own server, on one model file and one thread.

Tokens per second of processor time are the figures to trust: a busy machine does not change them.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
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
WIDTHS = (1, 8)
# Requests of each width: as many as the engine's own run asks.
ROUNDS = {1: 4, 8: 2}

_SERVER = """
import sys, time, xllamacpp
settings = xllamacpp.CommonParams()
settings.model.path, settings.port = sys.argv[1], int(sys.argv[2])
settings.n_ctx, settings.n_parallel, settings.cont_batching = 8192, 8, True
settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(settings)
while True: time.sleep(3600)
"""


@dataclass(frozen=True)
class Found:
    """What one width cost the peer."""

    per_processor_second: float
    first_token_p95_ms: float


def measure(layout: Layout, builds: bool) -> list[Mark]:
    if builds:
        build.build(layout)
    model = layout.models / models.CHAT_FILE
    with step("worker: the engine and the bare library"):
        program = str(layout.products / "worker-benchmark")
        ours = json.loads(output([program, str(model)], seconds=600.0, advice="run `make models` first"))
    theirs = _peer(layout, model)
    return _marks(ours, theirs)


def _marks(ours: dict[str, float], theirs: dict[int, Found]) -> list[Mark]:
    found = []
    for width in WIDTHS:
        speed = ours[f"engine_c{width}"]
        found.append(Mark(
            f"answers, prompts included, c={width}", speed, "tokens/cpu-s", FLOOR + ", prompts not counted",
            ours[f"bare_decode_c{width}"], more_is_better=True))
        if width in theirs:
            found.append(Mark(
                f"answers, prompts included, c={width}", speed, "tokens/cpu-s", PEER,
                theirs[width].per_processor_second, wanted=">= the peer's", more_is_better=True))
            found.append(Mark(
                f"first token, p95, c={width}, cold", ours[f"engine_first_token_p95_ms_c{width}"], "ms", PEER,
                theirs[width].first_token_p95_ms, wanted="<= half the peer's" if width == 8 else ""))
    found.append(Mark(
        "first token after 500 cached, processor time", ours["engine_warm_first_token_ms"], "ms", FLOOR,
        ours["bare_warm_first_token_ms"], wanted="<= 1.2 x the floor"))
    return found


def _peer(layout: Layout, model: Path) -> dict[int, Found]:
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


async def _ask_all(port: int, pid: int) -> dict[int, Found]:
    await _until_loaded(port)
    found = {}
    for width in WIDTHS:
        before = processes.processor_seconds({PEER: pid})[PEER]
        answers = []
        for turn in range(ROUNDS[width]):
            answers += await asyncio.gather(*(
                _answer(port, 1_000 * width + 100 * turn + number) for number in range(width)))
        spent = processes.processor_seconds({PEER: pid})[PEER] - before
        firsts = sorted(first for first, _ in answers)
        found[width] = Found(
            per_processor_second=sum(count for _, count in answers) / max(spent, 0.01),
            first_token_p95_ms=firsts[(len(firsts) * 95 - 1) // 100] * 1_000)
    return found


async def _until_loaded(port: int) -> None:
    """The server listens before its model is loaded, and refuses until then."""
    ends = time.monotonic() + LOAD_SECONDS
    while True:
        try:
            await _answer(port, 0)
            return
        except Failure:
            if time.monotonic() > ends:
                raise
            await asyncio.sleep(0.5)


async def _answer(port: int, number: int) -> tuple[float, int]:
    """Seconds to the first token, and the tokens, of one answer. The prompt is rendered here, so that both sides read
    the same tokens: the server's own template would add a system message."""
    question = f"Write a long story about traveller number {number}."
    body = json.dumps({
        "prompt": f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n", "n_predict": ANSWER_TOKENS,
        "temperature": 0, "stream": True, "cache_prompt": False}).encode()
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /completion HTTP/1.1\r\nHost: peer\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body)
    first, tokens = 0.0, 0
    while line := await reader.readline():
        if not line.startswith(b"data: {"):
            continue
        event = json.loads(line[6:])
        first = first or time.perf_counter() - started
        # The last event tells how many there were: one event may carry several.
        tokens = int(event.get("tokens_predicted") or tokens + 1)
    writer.close()
    if not tokens:
        raise Failure(f"{PEER} gave no answer")
    return first, tokens
