# SPDX-License-Identifier: Apache-2.0
"""Makes a GGUF model deeper or shallower, to have pairs of models to measure drafting with.

    python3 -B -m parley.bench.deepen MODEL.gguf OUTPUT.gguf LAYERS

Layers that are added are zeros throughout: what goes in comes out, at the price of a real layer. So a deeper copy
answers exactly as its original and costs as a large model does, and the original drafts for it as well as any model
could. With fewer layers the last ones are left out.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

ALIGNMENT = 32
STRING, ARRAY, UINT32 = 8, 9, 4
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


@dataclass
class Tensor:
    name: str
    shape: tuple[int, ...]
    kind: int
    data: bytes


def _number(file: BinaryIO, form: str) -> int:
    return int(struct.unpack("<" + form, file.read(struct.calcsize(form)))[0])


def _text(file: BinaryIO) -> bytes:
    return file.read(_number(file, "Q"))


def _skip(file: BinaryIO, kind: int) -> None:
    if kind == STRING:
        _text(file)
    elif kind == ARRAY:
        inner, count = _number(file, "I"), _number(file, "Q")
        for _ in range(count):
            _skip(file, inner)
    else:
        file.read(SIZES[kind])


def read(path: Path) -> tuple[list[tuple[bytes, bytes]], list[Tensor]]:
    """The metadata as it stands, by key, and the tensors."""
    entries, found = [], []
    with path.open("rb") as file:
        if file.read(4) != b"GGUF" or _number(file, "I") != 3:
            raise SystemExit(f"{path} is no GGUF file of version 3")
        tensors, keys = _number(file, "Q"), _number(file, "Q")
        for _ in range(keys):
            key = _text(file)
            start = file.tell()
            _skip(file, _number(file, "I"))
            length = file.tell() - start
            file.seek(start)
            entries.append((key, file.read(length)))
        for _ in range(tensors):
            name = _text(file).decode()
            shape = tuple(_number(file, "Q") for _ in range(_number(file, "I")))
            found.append((name, shape, _number(file, "I"), _number(file, "Q")))
        base = -(-file.tell() // ALIGNMENT) * ALIGNMENT
        file.seek(0, 2)
        ends = sorted([offset for *_, offset in found] + [file.tell() - base])
        result = []
        for name, shape, kind, offset in found:
            file.seek(base + offset)
            result.append(Tensor(name, shape, kind, file.read(ends[ends.index(offset) + 1] - offset)))
    return entries, result


def change(tensors: list[Tensor], layers: int) -> list[Tensor]:
    kept = [tensor for tensor in tensors if not tensor.name.startswith("blk.") or _layer(tensor) < layers]
    there = 1 + max(_layer(tensor) for tensor in tensors if tensor.name.startswith("blk."))
    first = [tensor for tensor in tensors if tensor.name.startswith("blk.0.")]
    for layer in range(there, layers):
        kept += [
            Tensor(f"blk.{layer}.{tensor.name.split('.', 2)[2]}", tensor.shape, tensor.kind, bytes(len(tensor.data)))
            for tensor in first
        ]
    return kept


def _layer(tensor: Tensor) -> int:
    return int(tensor.name.split(".")[1])


def write(path: Path, entries: list[tuple[bytes, bytes]], tensors: list[Tensor], layers: int) -> None:
    with path.open("wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries)))
        for key, value in entries:
            counted = struct.pack("<II", UINT32, layers) if key.endswith(b".block_count") else value
            file.write(struct.pack("<Q", len(key)) + key + counted)
        offset = 0
        for tensor in tensors:
            name = tensor.name.encode()
            file.write(struct.pack("<Q", len(name)) + name + struct.pack("<I", len(tensor.shape)))
            file.write(struct.pack(f"<{len(tensor.shape)}Q", *tensor.shape) + struct.pack("<IQ", tensor.kind, offset))
            offset += -(-len(tensor.data) // ALIGNMENT) * ALIGNMENT
        for tensor in tensors:
            file.write(bytes(-file.tell() % ALIGNMENT))
            file.write(tensor.data)


def main() -> None:
    source, target, layers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    entries, tensors = read(source)
    write(target, entries, change(tensors, layers), layers)


if __name__ == "__main__":
    main()
