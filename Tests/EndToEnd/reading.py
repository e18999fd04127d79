# SPDX-License-Identifier: Apache-2.0
"""A client of the event stream like a browser's: it knows the id of the last event it has read, and may be cut off."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import struct
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from suite import Suite

TIMEOUT_SECONDS = 60.0


@dataclass
class Reading:
    """What a client has read of one answer, over as many connections as it took."""

    text: str = ""
    last_id: str = ""
    ids: list[tuple[str, str]] = field(default_factory=list)
    finish: str | None = None
    usage: dict[str, Any] | None = None
    is_done: bool = False
    status: int = 0
    connections: int = 0

    def take(self, event_id: str, data: str) -> None:
        if event_id:
            self.last_id = event_id
        if data == "[DONE]":
            self.is_done = True
            return
        chunk = json.loads(data)
        assert "error" not in chunk, chunk
        for choice in chunk["choices"]:
            self.text += choice["delta"].get("content") or ""
            self.finish = choice["finish_reason"] or self.finish
        self.usage = chunk.get("usage") or self.usage
        if event_id:
            self.ids.append((event_id, self.text))


def read(
    suite: Suite, body: dict[str, Any], replica: int = 1, reading: Reading | None = None, stop_after: int = 0,
    key: str | None = None,
) -> Reading:
    """Reads on from where `reading` is, to the end, to a loss, or until `stop_after` more events with an id have come:
    then the connection is reset, as a network does it, with nothing said."""
    reading = reading or Reading()
    reading.connections += 1
    name = "PARLEY_BASE_URL" if replica == 1 else f"PARLEY_BASE_URL_{replica}"
    place = urlsplit(suite.variables[name])
    context = ssl.create_default_context(cafile=str(suite.authority))
    connection = http.client.HTTPSConnection(place.hostname, place.port, timeout=TIMEOUT_SECONDS, context=context)
    headers = {
        "authorization": f"Bearer {key or suite.variables['PARLEY_API_KEY']}", "content-type": "application/json"}
    if reading.last_id:
        headers["last-event-id"] = reading.last_id
    connection.request("POST", "/v1/chat/completions", json.dumps({**body, "stream": True}), headers)
    raw = connection.sock
    answer = connection.getresponse()
    reading.status = answer.status
    if answer.status != 200:
        connection.close()
        return reading
    count, event_id, data = 0, "", ""
    try:
        while line := answer.readline():
            word = line.decode().rstrip("\n")
            if word.startswith("id: "):
                event_id = word[4:]
            elif word.startswith("data: "):
                data = word[6:]
            elif not word and data:
                reading.take(event_id, data)
                count += bool(event_id)
                event_id, data = "", ""
                if stop_after and count >= stop_after:
                    break
                if reading.is_done:
                    break
    except (ConnectionError, ssl.SSLError, http.client.HTTPException):
        pass  # The gateway is gone; what was read stays read.
    # A reset instead of an end: nothing tells the gateway that its client wanted to leave.
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.close()
    answer.close()
    connection.close()
    return reading
