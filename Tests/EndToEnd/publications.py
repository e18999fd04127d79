# SPDX-License-Identifier: Apache-2.0
"""A server that looks like vLLM from outside and publishes what its cache holds, by the libraries vLLM uses for that.

It computes nothing: what is tried with it is whether a worker understands ZeroMQ's own publisher and msgpack's own packer.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgpack
import zmq

BLOCK_TOKENS = 16
TOKEN_BYTES = 4
SUBSCRIBE_SECONDS = 30.0


class Publisher:
    """Counts its messages as vLLM does. XPUB is a publisher that also tells who has subscribed."""

    def __init__(self) -> None:
        self.socket = zmq.Context.instance().socket(zmq.XPUB)
        # Every subscriber is told of, not only the first to a topic.
        self.socket.setsockopt(zmq.XPUB_VERBOSE, 1)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.port = self.socket.bind_to_random_port("tcp://127.0.0.1")
        self.number = 0
        self.lock = threading.Lock()

    def wait_for(self, subscribers: int) -> None:
        for _ in range(subscribers):
            assert self.socket.poll(SUBSCRIBE_SECONDS * 1_000), "nobody has subscribed"
            assert self.socket.recv() == b"\x01"

    def publish(self, *events: list[Any]) -> None:
        with self.lock:
            batch = msgpack.packb([time.time(), list(events), None])
            self.socket.send_multipart([b"", self.number.to_bytes(8, "big"), batch])
            self.number += 1


def _tokens(messages: list[dict[str, str]]) -> list[int]:
    text = "".join(f"<{one['role']}>{one['content']}" for one in messages).encode()
    return [int.from_bytes(text[at:at + TOKEN_BYTES], "big") for at in range(0, len(text), TOKEN_BYTES)]


def _stored(tokens: list[int], salt: str) -> list[Any]:
    whole = tokens[:len(tokens) // BLOCK_TOKENS * BLOCK_TOKENS]
    hashes, before = [], salt.encode()
    for at in range(0, len(whole), BLOCK_TOKENS):
        before = hashlib.sha256(before + repr(whole[at:at + BLOCK_TOKENS]).encode()).digest()
        hashes.append(before)
    further = [[salt], *[None] * (len(hashes) - 1)]
    return ["BlockStored", hashes, None, whole, BLOCK_TOKENS, None, "GPU", None, further]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    publisher: Publisher

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path != "/v1/models":
            return self._say(404, "text/plain", b"")
        model = {"id": "big", "owned_by": "vllm", "created": 1_700_000_000, "max_model_len": 32_768}
        self._say(200, "application/json", json.dumps({"data": [model]}).encode())

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        tokens = _tokens(asked["messages"])
        assert asked["return_token_ids"] is True
        self.publisher.publish(_stored(tokens, asked["cache_salt"]))
        usage = {"prompt_tokens": len(tokens), "completion_tokens": 2}
        chunks = [
            {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}], "prompt_token_ids": tokens},
            {"choices": [{"index": 0, "delta": {"content": "Very"}, "token_ids": [1]}]},
            {"choices": [{"index": 0, "delta": {"content": " well."}, "finish_reason": "stop", "token_ids": [2]}]},
            {"choices": [], "usage": usage},
        ]
        events = [json.dumps(chunk) for chunk in chunks] + ["[DONE]"]
        self._say(200, "text/event-stream", "".join(f"data: {event}\n\n" for event in events).encode())


@contextmanager
def running() -> Iterator[tuple[str, Publisher]]:
    """The server's address and its publisher, until the block ends."""
    publisher = Publisher()
    handler = type("Handler", (_Handler,), {"publisher": publisher})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", publisher
    finally:
        server.shutdown()
        server.server_close()
        publisher.socket.close()
