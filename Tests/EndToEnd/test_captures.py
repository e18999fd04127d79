# SPDX-License-Identifier: Apache-2.0
"""What `call --capture` keeps of a real conversation, `wire-dump` tells as the protocol's page says."""

from __future__ import annotations

import json
import stat
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from internal import port
from suite import ANSWER_SECONDS, Suite

TOKENS = 24
# The status of a tool whose call was refused is 100 and the protocol's status.
REFUSED = 100

Frame = dict[str, Any]


def tool(suite: Suite, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(suite.layout.products / "orchestrator-admin"), *words], capture_output=True, text=True,
        timeout=ANSWER_SECONDS, check=False)


def start_turn(suite: Suite, capture: Path, model: str) -> subprocess.CompletedProcess[str]:
    """A turn as the gateway would start it, kept in `capture`."""
    certificates, demo = suite.layout.certificates, suite.demo
    request = {
        "turnId": str(uuid.uuid4()), "model": model, "maxCompletionTokens": TOKENS,
        "messages": [{"role": "user", "content": "Tell me of the sea."}], "sampling": {"temperature": 0, "seed": 7}}
    return tool(
        suite, "call", "orchestrator.StartTurn", json.dumps(request), "--apply", "--capture", str(capture),
        "--authority", str(suite.authority),
        "--certificate", str(certificates / "gateway.crt"), "--key", str(certificates / "gateway.key"),
        "--address", f"127.0.0.1:{port(suite, 'orchestrator')}", "--organisation", demo["organisation"],
        "--project", demo["project"], "--user", demo["owner"], "--scopes", "chat:write")


def objects(text: str) -> list[Frame]:
    return [json.loads(line) for line in text.splitlines()]


def dump(suite: Suite, capture: Path, *words: str) -> list[Frame]:
    told = tool(suite, "wire-dump", str(capture), "--json", *words)
    assert told.returncode == 0, told.stderr
    return objects(told.stdout)


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return tmp_path / "turn.capture"


def test_a_captured_turn_is_told_frame_by_frame(simulated: Suite, capture: Path) -> None:
    done = start_turn(simulated, capture, simulated.model)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(capture.stat().st_mode) == 0o600
    frames = dump(simulated, capture, "--payload", "json")
    assert [frame for frame in frames if frame.get("violations")] == []
    assert {frame["direction"] for frame in frames if frame["type"] == "preface"} == {"to_server", "from_server"}
    opened = next(frame for frame in frames if frame["type"] == "open")
    call = [frame for frame in frames if frame.get("stream") == opened["stream"]]
    assert (opened["method"], opened["direction"]) == ("orchestrator.StartTurn", "to_server")
    assert opened["organisation"] == simulated.demo["organisation"]
    assert opened["message"]["messages"][0]["content"] == "Tell me of the sea."
    assert (call[-1]["type"], call[-1]["status"], call[-1]["direction"]) == ("end", "ok", "from_server")
    # What the caller was shown is what was on the wire, word for word and in its order.
    shown = objects(done.stdout)
    tokens = [frame["text"] for frame in call if "seq" in frame]
    assert tokens == [one["@tokens"]["text"] for one in shown if "@tokens" in one]
    assert "".join(tokens)
    assert [frame["message"] for frame in call if frame["type"] == "data" and "message" in frame] == [
        one for one in shown if "@tokens" not in one]


def test_what_people_wrote_is_shown_only_when_asked_for(simulated: Suite, capture: Path) -> None:
    assert start_turn(simulated, capture, simulated.model).returncode == 0
    plain = tool(simulated, "wire-dump", str(capture))
    assert plain.returncode == 0
    assert "OPEN #1 orchestrator.StartTurn" in plain.stdout
    assert "of the sea" not in plain.stdout
    only = dump(simulated, capture, "--type", "open,end")
    assert [frame["type"] for frame in only] == ["open", "end"]


def test_a_refused_call_and_a_cut_capture_are_told_too(simulated: Suite, capture: Path) -> None:
    done = start_turn(simulated, capture, "a model that nobody has")
    assert done.returncode > REFUSED
    end = dump(simulated, capture, "--type", "end")[-1]
    assert end["status"] != "ok"
    assert end["reason"]
    assert end["says"] in done.stderr
    octets = capture.read_bytes()
    cut = capture.with_suffix(".cut")
    cut.write_bytes(octets[:-1])
    told = tool(simulated, "wire-dump", str(cut), "--json")
    assert told.returncode == 65
    whole = [frame["type"] for frame in dump(simulated, capture)]
    assert [frame["type"] for frame in objects(told.stdout)] == whole[:len(objects(told.stdout))]
