# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over its debugging pipe: no port is opened and no further package is needed."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
import time
from typing import Any

STEP_SECONDS = 30.0
POLL_SECONDS = 0.05


class Browser:
    """One page in a browser of its own, with a fresh profile that is gone afterwards."""

    def __init__(self) -> None:
        # The browser's helpers may write to it while it is being taken away.
        self.profile = tempfile.TemporaryDirectory(prefix="parley-browser-", ignore_cleanup_errors=True)
        to_browser, self.sink = os.pipe()
        self.source, from_browser = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4. As root, in CI, it cannot use its sandbox.
        # bash, because the smaller shell knows descriptors of one digit only.
        command = [
            "chromium", "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-dev-shm-usage", "--disable-background-networking", "--no-proxy-server",
            f"--user-data-dir={self.profile.name}", "about:blank",
        ]
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}', *command],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.number = 0
        self.session: str | None = None
        self.complaints: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Runtime.enable")
        self._call("Log.enable")

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression; promises are awaited."""
        answer = self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, condition: str, seconds: float = STEP_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not self.run(condition):
            text = self.run("document.body.innerText")
            assert time.monotonic() < end, f"waited in vain for {condition}; the page says: {text[:500]}"
            time.sleep(POLL_SECONDS)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(STEP_SECONDS)
        os.close(self.sink)
        os.close(self.source)
        self.profile.cleanup()

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.sink, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        """Keeps what the page complains about: exceptions, and errors such as a breach of its own policy."""
        if event.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(event["params"]["exceptionDetails"])[:500])
        entry = event.get("params", {}).get("entry", {})
        if event.get("method") == "Log.entryAdded" and entry.get("level") == "error":
            self.complaints.append(f"{entry.get('text')} {entry.get('url', '')}")

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.source], [], [], STEP_SECONDS)
            assert ready, "the browser does not answer"
            piece = os.read(self.source, 65_536)
            assert piece, "the browser has ended"
            self.buffer += piece
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)
