# SPDX-License-Identifier: Apache-2.0
"""The mock worker, the open-loop generator and the table of `make bench ONLY=fleet`."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from parley import ports
from parley.bench import fleet, load, marks
from parley.bench.fleet import Found, Side, Worker
from parley.bench.load import Target
from parley.commands import output
from parley.failure import Failure
from parley.layout import REPOSITORY, Layout

BLOCK = 256
# What stands around the text in the `messages` array.
WRAPPING = len(json.dumps([{"role": "user", "content": ""}], separators=(",", ":")))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(run=tmp_path, repository=REPOSITORY)


@contextmanager
def mock(layout: Layout, worker: Worker) -> Iterator[int]:
    port = ports.free_near(fleet.MOCK_PORT)
    with load.running([str(load.program(layout, "fleet_mock")), str(port), *worker.arguments], port):
        yield port


def quick(**changes: Any) -> Worker:
    return Worker(**{"prefill_us_per_kib": 0, "first_us": 0, "token_us": 0, "tokens": 2, **changes})


def ask(port: int, text: str, **extras: Any) -> dict[str, Any]:
    body = {"messages": [{"role": "user", "content": text}], **extras}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/chat/completions", json.dumps(body, separators=(",", ":")).encode(),
        {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10.0) as answer:
        said: dict[str, Any] = json.load(answer)
        return said


def cached(port: int, text: str) -> int:
    """Bytes of the prompt that the mock says it had."""
    return 4 * int(ask(port, text)["usage"]["prompt_tokens_details"]["cached_tokens"])


def text_of(letter: str, blocks: int) -> str:
    """A text whose messages are so many blocks long."""
    return letter * (blocks * BLOCK - WRAPPING)


def test_a_prompt_is_cached_up_to_where_it_differs(layout: Layout) -> None:
    with mock(layout, quick()) as port:
        assert cached(port, text_of("a", 8)) == 0
        assert cached(port, text_of("a", 8)) == 8 * BLOCK
        # The wrapping's tail stands in the last block of the shorter one.
        assert cached(port, text_of("a", 12)) == 7 * BLOCK
        assert cached(port, "b" + text_of("a", 8)[1:]) == 0
        counts = fleet.counts(port)
    assert counts.requests == 4
    assert counts.prompt_bytes == (8 + 8 + 12 + 8) * BLOCK
    assert counts.hit_bytes == (8 + 7) * BLOCK


def test_what_stands_around_the_messages_does_not_count(layout: Layout) -> None:
    with mock(layout, quick()) as port:
        ask(port, text_of("a", 4), model="x", temperature=1)
        said = ask(port, text_of("a", 4), user="someone else", max_tokens=9)
    assert said["usage"]["prompt_tokens_details"]["cached_tokens"] == 4 * BLOCK // 4


def test_the_least_recently_used_block_goes_first(layout: Layout) -> None:
    with mock(layout, quick(cache_kib=4)) as port:
        a, b, c = (text_of(letter, 6) for letter in "abc")
        assert [cached(port, text) for text in (a, b, a, c)] == [0, 0, 6 * BLOCK, 0]
        # Sixteen blocks: a, c and the oldest rest of b, its first four; of a prompt the last blocks go first.
        assert cached(port, a) == 6 * BLOCK
        assert cached(port, c) == 6 * BLOCK
        assert cached(port, b) == 4 * BLOCK


def test_a_full_cache_holds_what_it_should_without_conflicts(layout: Layout) -> None:
    texts = [f"{number:03}" + text_of("a", 4)[3:] for number in range(16)]
    with mock(layout, quick(cache_kib=16)) as port:
        for text in texts:
            assert cached(port, text) == 0
        assert [cached(port, text) for text in texts] == [4 * BLOCK] * 16


def test_prompts_are_read_one_after_another(layout: Layout) -> None:
    """Three prompts of 4 KiB at 25 ms each: the last has waited for all. A machine may be late; it is never early."""
    worker = quick(prefill_us_per_kib=25_000)
    assert together(layout, worker, 3) >= 0.29
    # Each in its own time, but two at once only: the third begins when the first has ended.
    assert together(layout, quick(prefill_us_per_kib=25_000, reads="parallel", places=2), 3) >= 0.19


def together(layout: Layout, worker: Worker, count: int) -> float:
    """Seconds until the last of several different prompts that come at once is answered."""
    with mock(layout, worker) as port:
        threads = [threading.Thread(target=ask, args=(port, text_of("xyz"[number], 16))) for number in range(count)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - began


def test_equal_seeds_are_equal_loads(layout: Layout) -> None:
    seen = []
    for draw in (1, 1, 2):
        # Room for all: what is pushed out depends on who of two came first.
        with mock(layout, quick(cache_kib=8_192)) as port:
            said = asked(layout, port, draw=draw)
            counts = fleet.counts(port)
        assert said["answers"] == said["asked"] == counts.requests > 0
        assert said["failures"] == 0 and said["first_token_us_p50"] > 0
        seen.append(counts)
    assert seen[0] == seen[1] != seen[2]
    # Of each prompt the group's text is there from its second request on, the tail never.
    assert 0 < seen[0].hit_bytes < seen[0].prompt_bytes * fleet.SHARED_KIB / (fleet.SHARED_KIB + fleet.TAIL_KIB)


def asked(layout: Layout, port: int, *, draw: int) -> dict[str, float]:
    side = Side("mock", Target(port), "mock", {}, (port,))
    return fleet._ask(layout, side, 200, 0.5, 7, draw=draw)


def test_refused_requests_are_failures(layout: Layout) -> None:
    with mock(layout, quick()) as port:
        arguments = ["127.0.0.1", str(port), "key", "mock", "100", "0.2", "4", "1", "100", "1", "1"]
        # Prompts that are longer than the mock takes: it hangs up.
        said = json.loads(output([str(load.program(layout, "fleet_load")), *arguments]))
    assert said["asked"] == said["failures"] > 0
    assert said["answers"] == 0


def found(name: str, rate: int, seed: int, p50: float, **changes: Any) -> Found:
    figures: dict[str, Any] = {
        "first_token_p90": 2 * p50, "first_token_p99": 3 * p50, "asked": 100, "failures": 0, "failed_status": 0,
        "hit": 0.9, "shares": (25, 25, 25, 25), "cpu_us": 1_000.0, "machine_load": 1.0}
    return Found(name=name, rate=rate, seed=seed, first_token_p50=p50, **{**figures, **changes})


def test_the_table_takes_medians_of_times_and_the_worst_of_the_rest() -> None:
    runs = [
        found(fleet.OURS, 60, 1, 10.0), found(fleet.OURS, 60, 2, 14.0, hit=0.8, shares=(10, 30, 30, 30)),
        found(fleet.OURS, 60, 3, 50.0, failures=2), *(found("router", 60, seed, 28.0) for seed in (1, 2, 3))]
    table = {mark.mark: mark for mark in fleet.summary(runs)}
    assert table["first token p50, 60/s"].value == 14.0 and table["first token p50, 60/s"].ratio == 2.0
    assert table["first token p99, worst seed, 60/s"].value == 150.0
    assert table["prefix hit, worst seed, 60/s"].value == 0.8
    assert table["least used worker, of an even share, 60/s"].value == pytest.approx(0.4)
    assert table["failed, 60/s"].value == 2
    assert {mark.peer for mark in table.values()} == {"router"}


def test_without_a_peer_there_is_a_table_too() -> None:
    table = fleet.summary([found(fleet.OURS, 110, 1, 10.0)])
    assert {(mark.peer, mark.ratio) for mark in table} == {(None, None)}


def test_every_mark_that_is_wanted_of_the_fleet_is_measured() -> None:
    names = {mark.mark for mark in fleet.summary([found(fleet.OURS, rate, 1, 10.0) for rate in fleet.RATES])}
    wanted = json.loads((REPOSITORY / "Tests" / "Benchmarks" / "marks.json").read_text(encoding="utf-8"))
    assert names >= {bound["mark"] for bound in wanted if "/s" in bound["mark"]}
    assert any(bound["mark"] in names for bound in wanted)


def test_how_prompts_are_read_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("READS", raising=False)
    assert fleet.chosen_worker().reads == "serial"
    monkeypatch.setenv("READS", "parallel")
    assert fleet.chosen_worker().reads == "parallel"
    monkeypatch.setenv("READS", "both")
    with pytest.raises(Failure, match="READS=both"):
        fleet.chosen_worker()


def test_who_begins_changes_from_run_to_run() -> None:
    sides = [Side(name, Target(1), "m", {}, ()) for name in ("a", "b")]
    first = [(rate, order[0].name) for _, rate, order in fleet.schedule(sides)]
    assert len(first) == len(fleet.SEEDS) * len(fleet.RATES)
    for rate in fleet.RATES:
        names = [name for at, name in first if at == rate]
        assert all(one != next_one for one, next_one in zip(names, names[1:]))


def test_a_bound_from_below_is_judged(tmp_path: Path) -> None:
    file = tmp_path / "marks.json"
    file.write_text(json.dumps([{"mark": "hit", "at_least": 0.88}]), encoding="utf-8")
    judged = marks.judged([marks.Mark("hit", 0.9, "share"), marks.Mark("hit", 0.8, "share")], file)
    assert [mark.reached for mark in judged] == [True, False]
    assert judged[0].wanted == ">= 0.88"
