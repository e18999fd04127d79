#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the corpus: what a well-behaved peer or client sends, so that the fuzzer starts from there.

Inputs whose names begin with `found-` were found and are left alone; everything else is written anew. Run it when a
contract has changed (it needs Python's protobuf and msgpack, as the tests do) and commit what it writes:

    .cache/venv/bin/python Tests/Fuzz/seeds.py
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import msgpack

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "Corpus"
sys.path.insert(0, str(HERE.parent / "Contract"))

# The standard preface of Docs/Protocol.md, section 2.
PREFACE = bytes.fromhex("50524c5920000100" "0000000000404000" "0000010000004000" "1027000000000000")
KEPT = "found-"
# A message longer than this teaches the fuzzer nothing that a shorter one does not, and slows it down.
LONGEST_MESSAGE = 700


def frame(kind: int, stream: int, payload: bytes = b"", flags: int = 0, method: int = 0, value: int = 0) -> bytes:
    return struct.pack("<IIBBHI", len(payload), stream, kind, flags, method, value) + payload


def metadata(*, trace: bool = False, principal: bool = False, key: bool = False, pairs: dict[str, str] = {}) -> bytes:
    fields = (3 if trace else 0) | (4 if principal else 0) | (8 if key else 0)
    out = bytes([fields, 3, len(pairs), 0])
    if trace:
        out += bytes(range(1, 25))
    if principal:
        out += bytes(range(48 + (16 if key else 0)))
        out += bytes([2, 2, 4]) + b"chat" + bytes([5]) + b"files"
    out += b"r-1"
    for name, value in pairs.items():
        out += struct.pack("<BBH", len(name), 0, len(value)) + name.encode() + value.encode()
    return out


def opening(message: bytes, block: bytes = bytes(4)) -> bytes:
    return struct.pack("<H", len(block)) + block + message


def failure(retry: int, reason: str, message: str, wait: int = 0) -> bytes:
    return struct.pack("<BBHHHI", retry, 0, len(reason), len(message), 0, wait) + reason.encode() + message.encode()


def pieces() -> dict[str, bytes]:
    full = metadata(trace=True, principal=True, key=True, pairs={"a": "1", "path": "/v1"})
    some = metadata(principal=True)
    return {
        "metadata-empty": b"\0" + bytes(4),
        "metadata-full": b"\0" + full,
        "principal-twice": b"\1" + bytes([len(some)]) + some + full,
        "failure": b"\2" + failure(2, "rate_limit", "Slow down.", 1_500),
        "failure-plain": b"\2" + failure(0, "bad_key", "No."),
        "tokens": b"\3" + struct.pack("<IHBB", 7, 2, 1, 0) + "Hé".encode() + struct.pack("<II", 11, 12),
        "tokens-text": b"\3" + struct.pack("<IHBB", 0, 1, 0, 0) + b"Hello",
        "preface": b"\4" + PREFACE,
        "preface-longer": b"\4" + PREFACE[:4] + b"\x24\0" + PREFACE[6:] + bytes(4),
        "header-open": b"\5" + frame(1, 1, opening(b"x"), 3, 0x0101, 98)[:16],
        "header-goaway": b"\5" + frame(8, 0, bytes(4))[:16],
        "goaway": b"\6" + bytes(4) + b"draining",
    }


def frames() -> dict[str, bytes]:
    """Choices first: 4 is raw bytes, 1 the caller's end, 2 narrow limits, 8 with the preface, 10 several at once."""
    unary = frame(1, 1, opening(b"\0hello"), 3, 1, 500)
    talk = frame(1, 2, opening(b""), 0, 3, 500) + frame(2, 2, b"one") + frame(2, 2, b"two") + frame(3, 2)
    count = frame(1, 3, opening(b"\0\x09\x20"), 3, 2, 500) + frame(5, 3, value=900) + frame(5, 0, value=900)
    rest = frame(4, 3, value=1) + frame(6, 0, b"12345678") + frame(0x90, 9, b"newer") + frame(8, 0, bytes(4))
    token = struct.pack("<IHBB", 0, 1, 0, 0) + b"x"
    answers = frame(3, 1, b"\0\1\2", 2) + frame(2, 2, b"\0....") + frame(2, 2, token, 4)
    ends = frame(3, 2) + frame(3, 3, failure(1, "busy", "Later."), value=14) + frame(8, 0, bytes([9, 0, 0, 0]))
    events = bytes([0x21, 240, 1, 200, 4]) + b"\0abc" + bytes([0x21, 240, 3, 200]) + bytes([0x22, 241, 3]) + b"abc"
    return {
        "server-conversation": b"\x0c\xff" + PREFACE + unary + talk + count + rest,
        "server-in-pieces": b"\x0e\x06" + PREFACE + unary + talk + count,
        "caller-conversation": b"\x0d\xff" + PREFACE + answers + ends,
        "caller-in-pieces": b"\x0f\x04" + PREFACE + answers + ends,
        "server-events": b"\x00" + events + bytes([0x23, 241, 0x24, 240, 0x26]) + b"12345678" + bytes([0x20, 0, 3]),
        "server-events-narrow": b"\x02" + events + bytes([0x10, 60, 0x14, 0x16, 0x25, 241, 100, 0x25, 0, 100]),
        "server-events-at-once": b"\x12" + events * 3 + bytes([0x17, 0x21, 240, 2, 200, 3, 0, 40, 90, 0x1C]),
        "caller-events": b"\x03" + bytes([0x22, 2, 3]) + b"abc" + bytes([0x25, 3, 50, 0x10, 120, 0x23, 1]),
        "hanging-handlers": b"\x02" + bytes([0x21, 240, 1, 200, 1, 3, 0x21, 240, 5, 230, 1, 3, 0x10, 10, 0x14]),
    }


def floods() -> dict[str, bytes]:
    """Choices (1 the caller's end, 2 one at a time), the number of events that come once, then what is repeated."""
    return {
        "opens": b"\x00\x00" + bytes([0x21, 240, 1, 231, 2, 0, 1]),
        "opens-and-cancels": b"\x00\x00" + bytes([0x21, 240, 1, 231, 1, 3, 0x24, 241]),
        "unknown-methods": b"\x00\x00" + bytes([0x21, 240, 6, 231, 1, 0, 0x25, 0, 7]),
        "talk": b"\x00\x01" + bytes([0x21, 240, 3, 231, 0x22, 241, 1, 0, 0x25, 241, 1, 0x25, 0, 1]),
        "skipped-frames": b"\x00\x00" + bytes([0x90, 1, 0, 0, 0, 9]) + b"skip this",
        "pongs": b"\x01\x00" + bytes([0x27]) + b"12345678",
        "answers-to-nobody": b"\x01\x01" + bytes([0x23, 1, 0x22, 1, 1, 7]),
        "elements-nobody-reads": b"\x01\x00" + bytes([0x22, 2, 1, 7]),
        "credit": b"\x01\x00" + bytes([0x25, 3, 1, 0x25, 0, 1]),
    }


def schedules() -> dict[str, bytes]:
    """Choices (1: standard limits), and then actions; see `ScheduleTarget`."""
    ready = bytes([7, 8])
    echo, count, talk = bytes([0, 0, 0]), bytes([0, 1, 0]), bytes([0, 2, 0])
    both = bytes([7, 8]) * 3
    return {
        "one-of-each": b"\1" + ready + echo + b"\0ab" + count + b"\0\x08\x10" + talk + b"\0\0\0" + both
        + bytes([3, 2, 1, 9, 3, 2, 2, 9, 7, 8, 5, 2]) + both,
        "narrow-stream": b"\0" + ready + count + b"\0\x28\x40" + bytes([7, 13, 0, 8, 7, 8, 13, 0]) + both * 8,
        "cancelled": b"\0" + ready + echo + b"\3ab" + count + b"\0\x20\x20" + bytes([7, 6, 0, 8, 6, 1]) + both,
        "deadline": b"\0" + ready + bytes([0, 0, 5]) + b"\3ab" + bytes([7, 11, 200, 8, 14]) + both,
        "hurried": b"\1" + ready + bytes([0, 3, 0]) + b"\3ab" + bytes([7, 11, 40, 7, 8]),
        "drained": b"\1" + ready + echo + b"\3ab" + talk + b"\0\0\0" + bytes([7, 15, 1, 8, 14]) + echo + b"\0ab" + both,
        "retired": b"\1" + ready + talk + b"\0\0\0" + bytes([7, 15, 3, 3, 0, 1, 5, 7, 8, 5, 0]) + both,
        "lost": b"\0" + ready + echo + b"\3ab" + count + b"\0\x20\x20" + bytes([7, 9, 5, 15, 5]) + both,
        "byte-by-byte": b"\0" + bytes([9, 5, 10, 40]) * 2 + echo + b"\0ab" + bytes([9, 7, 10, 3]) * 30,
        "refused-and-crashed": b"\1" + ready + echo + b"\1ab" + echo + b"\2ab" + count + b"\1\x03\x02" + both,
        "not-writable": b"\0" + ready + count + b"\0\x20\x20" + bytes([7, 12, 2, 12, 0, 8, 7, 12, 3, 12, 1]) + both * 4,
    }


def requests() -> dict[str, bytes]:
    chat = {
        "model": "smollm2-135m", "stream": True, "stream_options": {"include_usage": True}, "temperature": 0.5,
        "messages": [{"role": "system", "content": "Be brief."},
                     {"role": "user", "content": [{"type": "text", "text": "Say \"hé\"\n"}]}],
        "max_tokens": 16, "stop": ["\n"], "seed": -1, "parley": {"retrieval": {"top_k": 3}}}
    embeddings = {"model": "all-minilm-l6-v2", "input": ["one", "two"], "encoding_format": "float"}
    form = (b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
            b"text\r\n--not\r\n--b--\r\n")
    odd = br'{"a": [1, -0.5e-3, 1E400, "\u00e9\ud83d\ude42\/", null, true, {}], "a": [[[]]]}'
    return {
        "json": b"\0" + json.dumps(chat).encode(),
        "json-odd": b"\0" + odd.replace(b"1E400", b"1E40"),
        "json-out-of-range": b"\0" + odd,
        "multipart": b"\1\x05" + form,
        "chat": b"\2" + json.dumps(chat).encode(),
        "embeddings": b"\3" + json.dumps(embeddings).encode(),
        "conversation": b"\4" + json.dumps({"title": "T", "metadata": {"k": "v"}}).encode(),
        "sign-in": b"\5" + json.dumps({"email": "ada@example.com", "password": "secret"}).encode(),
    }


def upstreams() -> dict[str, bytes]:
    def event(body: object) -> bytes:
        return b"data: " + json.dumps(body).encode() + b"\n\n"

    def delta(**fields: object) -> bytes:
        return event({"id": "x", "choices": [{"index": 0, "delta": fields, "finish_reason": None}]})

    end = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}) + event(
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2,
                                  "prompt_tokens_details": {"cached_tokens": 4}}}) + b"data: [DONE]\n\n"
    call = {"index": 0, "id": "c", "function": {"name": "n", "arguments": "{\"a\": 1}"}}
    return {
        "answer": b"\0\7" + delta(role="assistant", content="") + delta(content="h\u00e9\U0001f99c") + end,
        "tools": b"\0\7" + delta(tool_calls=[call]) + delta(tool_calls=[{"index": 0, "function": {"arguments": "}"}}]),
        "error": b"\0\7" + event({"error": {"message": "m", "type": "t", "code": 500}}),
        "comments": b"\0\1: ping\r\n\r\ndata: {\r\ndata: }\r\n\r\nerror: {}\n\n",
        "vllm": b'\1vllm:num_requests_running{model_name="m"} 3.0\nvllm:kv_cache_usage_perc{} 0.5\n'
                b'vllm:cache_config_info{block_size="16",num_gpu_blocks="100"} 1.0\n',
        "tensorrt": b"\1" + json.dumps(
            [{"numActiveRequests": 1, "numQueuedRequests": 2,
              "kvCacheStats": {"maxNumBlocks": 4, "usedNumBlocks": 2, "tokensPerBlock": 32}}]).encode(),
        "refusal": b"\2" + json.dumps({"error": {"message": "maximum context length", "code": 400}}).encode(),
        "embeddings": b"\3" + json.dumps(
            {"data": [{"index": 0, "embedding": [0.5, -1, 2e-3]}], "usage": {"prompt_tokens": 3}}).encode(),
        **_publications(),
    }


def _publications() -> dict[str, bytes]:
    """What vLLM publishes of its cache, and the connection it comes over."""
    tokens = list(range(100, 132))
    first = msgpack.packb([1.5, [["BlockStored", [1, 2], None, tokens, 16, None, "GPU"]], None])
    second = msgpack.packb([1.5, [
        ["BlockRemoved", [2], "GPU"],
        ["BlockStored", [3], 1, tokens[16:], 16, None, "GPU", None, [["salt"]]],
        ["AllBlocksCleared"]], 0])
    greeting = b"\xff" + bytes(8) + b"\x7f\3\1NULL" + bytes(48)
    ready = b"\4\x19\5READY\x0bSocket-Type\0\0\0\3PUB"
    message = b"\1\0" + b"\1\x08" + bytes(8) + struct.pack(">BB", 0, len(first)) + first
    return {
        "cache-events": b"\xfe" + b"".join(struct.pack(">H", len(batch)) + batch for batch in (first, second)),
        "publication": b"\xff\x14" + greeting + ready + message,
    }


def key(name: str) -> bytes:
    """What chooses a message: FNV-1a of its name, folded to sixteen bits, as `MessageTarget` does."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = (value ^ byte) * 0x01000193 % 2**32
    return struct.pack(">H", (value ^ value >> 16) & 0xFFFF)


def messages() -> dict[str, bytes]:
    """The longest of a few random values of each message that is still short."""
    from random_messages import Maker

    maker = Maker(seed=1)
    found = {}
    for message in maker.messages.values():
        wires = [bytes.fromhex(maker.record(message)["wire"]) for _ in range(8)]
        fitting = [wire for wire in wires if len(wire) <= LONGEST_MESSAGE] or [min(wires, key=len)]
        found[message.full_name] = key(message.full_name) + max(fitting, key=len)
    return found


def main() -> None:
    makers = {"pieces": pieces, "frames": frames, "floods": floods, "schedules": schedules, "requests": requests,
              "upstreams": upstreams, "messages": messages}
    for name, make in makers.items():
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if not old.name.startswith(KEPT):
                old.unlink()
        for file, data in make().items():
            (folder / file).write_bytes(data)
        files = list(folder.iterdir())
        print(f"{name}: {len(files)} inputs, {sum(file.stat().st_size for file in files)} bytes")


if __name__ == "__main__":
    main()
