# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from parley import commands, demo, supervisor, traces
from parley.failure import Failure
from parley.layout import LONGEST_SOCKET_PATH, Layout, write_private


def test_a_private_file_is_never_wider_than_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == "new"


def test_a_deep_clone_still_gets_a_socket() -> None:
    deep = Layout(run=Path("/" + "/".join(["folder"] * 20)))
    assert len(os.fsencode(deep.sockets / "supervisor.sock")) <= LONGEST_SOCKET_PATH


def test_a_failure_shows_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(Failure) as caught:
        commands.run_logged(["sh", "-c", "echo first; echo the reason; exit 3"], log, advice="mend it")
    report = caught.value.report()
    assert "status 3" in report
    assert "the reason" in report
    assert "mend it" in report


def test_a_missing_program_is_named() -> None:
    with pytest.raises(Failure, match="no-such-program is not installed"):
        commands.output(["no-such-program"])


def test_a_process_line_of_the_supervisor_is_read() -> None:
    state = supervisor.ProcessState("auth-1", "RUNNING", "pid 4711, uptime 0:00:02")
    assert state.pid == 4711
    assert supervisor.ProcessState("auth-1", "FATAL", "Exited too quickly").pid is None


def test_percent_signs_reach_a_program_as_they_are(tmp_path: Path) -> None:
    entry = supervisor.entry(Layout(run=tmp_path), "auth-1", 100, {"command": "run 100%"})
    assert "command=run 100%%\n" in entry


def test_a_rebuilt_executable_has_another_fingerprint(tmp_path: Path) -> None:
    program = tmp_path / "auth"
    program.write_text("one")
    before = supervisor.fingerprint(program)
    assert supervisor.fingerprint(program) == before
    program.write_text("another")
    assert supervisor.fingerprint(program) != before


def test_only_server_spans_of_the_trace_count(tmp_path: Path) -> None:
    layout = Layout(run=tmp_path)
    layout.prepare()
    wanted, other = "a" * 32, "b" * 32
    spans = {"auth-1": (wanted, 2), "billing-1": (wanted, 3), "model-worker-2": (wanted, 2), "gateway-1": (other, 2)}
    for name, (trace, kind) in spans.items():
        export = {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": trace, "kind": kind}]}]}]}
        (layout.traces / f"{name}.jsonl").write_text(json.dumps(export) + "\n{\"resourceSp")
    assert traces.services_in(layout, wanted) == {"auth", "model-worker"}


def test_a_cited_file_is_named_once() -> None:
    passage = {"number": 1, "filename": "lighthouse.md", "text": "It was built in 1874."}
    assert demo.citations({"parley": {"citations": [passage, {**passage, "number": 2}]}}) == ["lighthouse.md"]
    assert demo.citations({}) == []
