# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from parley import configuration, table
from parley.bench import load, marks, processes, rpc, runner
from parley.bench.marks import Mark
from parley.failure import Failure
from parley.layout import REPOSITORY, Layout
from parley.state import State

# Burns a fifth of a second of processor time, in a child of its own, and waits to be looked at.
BUSY = """
import subprocess, sys, time
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.2: pass"])
print("done", flush=True)
time.sleep(60)
"""
ASKED = {"model": "mock", "messages": [{"role": "user", "content": "Number ########, please."}]}


class Refusing(http.server.BaseHTTPRequestHandler):
    """Refuses every question, as a server over its limits does."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(429)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: the test's output is not a server's log."""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(run=tmp_path, repository=REPOSITORY)


def test_a_ratio_above_one_is_better_whatever_the_unit() -> None:
    assert Mark("CPU", 100.0, "us", "peer", 200.0).ratio == 2.0
    assert Mark("rate", 100.0, "1/s", "peer", 200.0, more_is_better=True).ratio == 0.5
    assert Mark("alone", 100.0, "us").ratio is None


def test_the_file_holds_what_the_front_door_promises(tmp_path: Path) -> None:
    marks.write(tmp_path / "x.json", [Mark("CPU", 100.0, "us", "peer", 200.0, wanted="<= 1"), Mark("alone", 1.5, "us")])
    found = json.loads((tmp_path / "x.json").read_text())
    assert found == [
        {"mark": "CPU", "value": 100.0, "unit": "us", "peer": "peer", "peer_value": 200.0, "ratio": 2.0},
        {"mark": "alone", "value": 1.5, "unit": "us", "peer": None, "peer_value": None, "ratio": None},
    ]


def test_the_table_shows_every_mark_on_a_line_of_its_own() -> None:
    shown = marks.table([Mark("CPU", 1_234.5, "us", "peer", 20.0, "<= 9"), Mark("x", 0.123456, "us")]).splitlines()
    assert [line.split()[0] for line in shown] == ["mark", "CPU", "x"]
    assert "1,234" in shown[1] and "<= 9" in shown[1]
    assert "0.123" in shown[2]


def test_time_of_children_that_ended_counts() -> None:
    child = subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None and child.stdout.readline() == "done\n"
        assert processes.processor_seconds({"busy": child.pid})["busy"] >= 0.19
        assert processes.resident_bytes({"busy": child.pid})["busy"] > 1_000_000
    finally:
        child.kill()
        child.wait()


def test_processes_of_one_service_are_added_up() -> None:
    found = processes.by_service({"model-worker-1": 1.0, "model-worker-2": 2.0, "redis": 4.0})
    assert found == {"model-worker": 3.0, "redis": 4.0}


def test_whole_answers_are_counted(layout: Layout) -> None:
    body = load.write_body(layout.run, ASKED, stream=False)
    with load.mock(layout, tokens=7) as target:
        found = load.run(layout, target, body, connections=4, seconds=0.2)
    assert found.answers == found.events > 0
    assert found.tokens == 7 * found.answers
    assert found.failures == found.unfinished == 0


def test_a_stream_keeps_its_pace_and_every_token_is_counted(layout: Layout) -> None:
    body = load.write_body(layout.run, ASKED, stream=True)
    with load.mock(layout, first_token_us=20_000, token_us=5_000, tokens=8) as target:
        found = load.run(layout, target, body, connections=2, seconds=0.2)
    assert found.answers > 0
    assert found.tokens == found.events == 8 * found.answers
    # A machine may be late; it is never early.
    assert found.first_token_us_p50 >= 20_000
    assert found.latency_us_p50 >= 55_000


def test_a_run_with_failures_measures_nothing(layout: Layout) -> None:
    body = load.write_body(layout.run, ASKED, stream=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with pytest.raises(Failure, match="status 429"):
            load.run(layout, load.Target(server.server_port), body, connections=1, seconds=0.1)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_benchmark_nobody_knows_is_refused_with_advice(layout: Layout) -> None:
    with pytest.raises(Failure) as caught:
        runner.bench(layout, "nothing", builds=False)
    assert "chain" in caught.value.advice


def test_settings_of_a_copy_win_over_all_others(tmp_path: Path) -> None:
    state = State(engine="simulated", settings={"model-worker": {"simulated": {"step_ms": 7}, "engine": {"x": 1}}})
    worker = next(instance for instance in table.instances(1, 0) if instance.service.name == "model-worker")
    settings = configuration.for_instance(Layout(run=tmp_path), state, worker)
    assert settings["simulated"] == {"step_ms": 7}
    assert settings["engine"] == {"kind": "simulated", "x": 1}


def test_marks_are_judged_by_ratio_value_and_peer(tmp_path: Path) -> None:
    file = tmp_path / "marks.json"
    file.write_text(json.dumps([
        {"mark": "CPU", "peer": "slow", "ratio_at_least": 2}, {"mark": "CPU", "peer": "fast", "at_most": 99},
        {"mark": "memory", "at_most": 20}]), encoding="utf-8")
    found = marks.judged([
        Mark("CPU", 100.0, "us", "slow", 300.0), Mark("CPU", 100.0, "us", "fast", 50.0), Mark("memory", 20.0, "KB"),
        Mark("rate", 1.0, "1/s")], file)
    assert [mark.reached for mark in found] == [True, False, True, None]
    assert found[0].wanted == "ratio >= 2"


def test_committed_marks_bound_something() -> None:
    for bound in json.loads((REPOSITORY / rpc.MARKS).read_text(encoding="utf-8")):
        assert {"ratio_at_least", "at_most", "at_least"} & set(bound)
        assert "peer" in bound or "ratio_at_least" not in bound


def test_a_missed_mark_fails_a_strict_run_only(monkeypatch: pytest.MonkeyPatch) -> None:
    missed = [Mark("CPU", 100.0, "us", wanted="<= 1", reached=False)]
    monkeypatch.delenv("STRICT", raising=False)
    runner.insist(missed)
    monkeypatch.setenv("STRICT", "1")
    runner.insist([Mark("CPU", 1.0, "us", wanted="<= 1", reached=True), Mark("other", 9.0, "us")])
    with pytest.raises(Failure, match="CPU"):
        runner.insist(missed)
