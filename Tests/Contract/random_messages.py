#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random messages of every contract, encoded by Python's protobuf: the independent half of the round-trip test.

Prints JSON lines. Each has the message's `name`; `wire`, some valid encoding of it in hex (defaults sent although they
need not be, now and then an unknown field between); `value`, what Swift must make of it, in a notation without
ambiguity (`t:` hex of text, `b:` hex of bytes, `i:` id, `f:` and `d:` bits of floats, `e:` enum number); and
`canonical`, the encoding Swift must produce from that value.

    random_messages.py --seed 7 --count 20
"""

from __future__ import annotations

import argparse
import json
import random
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Proto/Generator"))

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # noqa: E402

from contract import Field, Message, OneOf, Reader  # noqa: E402
from generate import PROTO, descriptor_set  # noqa: E402

ALPHABET = "abcxyz 0189\n\t\"\\/<>{}\u00e9\u00df\u4f60\u597d\u2028\U0001f642\U0001f469\u200d\U0001f680"
EDGES = {
    "Int32": [0, 1, -1, 2**31 - 1, -(2**31)],
    "Int64": [0, 1, -1, 2**63 - 1, -(2**63)],
    "UInt32": [0, 1, 127, 128, 2**32 - 1],
    "UInt64": [0, 1, 2**32, 2**64 - 1],
}
BITS = {"Int32": (-(2**31), 2**31 - 1), "Int64": (-(2**63), 2**63 - 1), "UInt32": (0, 2**32 - 1),
        "UInt64": (0, 2**64 - 1)}
# Two fields of number 1000 and 1001, which no contract uses: a varint and five bytes of nothing in particular.
UNKNOWN_FIELDS = bytes.fromhex("c03e" "2a" "ca3e" "05" "00ff80c328")


class Maker:
    def __init__(self, seed: int):
        self.random = random.Random(seed)
        descriptors = descriptor_pb2.FileDescriptorSet.FromString(descriptor_set(PROTO))
        self.files = Reader(descriptors, {}, set()).read()
        self.messages = {message.full_name: message for file in self.files for message in file.messages}
        self.by_swift_name = {message.name: message for message in self.messages.values()}
        self.enums = {enum.name: enum for file in self.files for enum in file.enums}
        pool = descriptor_pool.DescriptorPool()
        for proto in descriptors.file:
            pool.Add(proto)
        self.classes = {
            name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in self.messages
        }

    def record(self, message: Message) -> dict:
        wire, canonical = self.classes[message.full_name](), self.classes[message.full_name]()
        value = self.fill(message, wire, canonical)
        encoded = wire.SerializeToString()
        if self.random.random() < 0.3:
            encoded = UNKNOWN_FIELDS + encoded if self.random.random() < 0.5 else encoded + UNKNOWN_FIELDS
        return {
            "name": message.full_name,
            "wire": encoded.hex(),
            "value": json.dumps(value, sort_keys=True, separators=(",", ":")),
            "canonical": canonical.SerializeToString(deterministic=True).hex(),
        }

    def fill(self, message: Message, wire, canonical) -> dict:
        return {member.swift_name: self.member(member, wire, canonical) for member in message.members}

    def member(self, member: Field | OneOf, wire, canonical):
        if isinstance(member, OneOf):
            if self.random.random() < 0.2:
                return None
            case = self.random.choice(member.fields)
            return {case.swift_name: self.single(case, wire, canonical, always=True)}
        if member.is_repeated:
            return self.repeated(member, wire, canonical)
        if not member.is_demanded and self.random.random() < 0.3:
            return self.nothing(member)
        return self.single(member, wire, canonical, always=member.may_be_absent)

    def nothing(self, member: Field):
        if member.may_be_absent:
            return None
        zero = {"text": "t:", "bytes": "b:", "enum": "e:0", "message": None, "id": None}
        if member.kind != "scalar":
            return zero[member.kind]
        return {"Bool": False, "Float": "f:00000000", "Double": "d:0000000000000000"}.get(member.swift_type, 0)

    def single(self, member: Field, wire, canonical, always: bool):
        """Sets one field in both messages; in the canonical one only when it differs from the default."""
        if member.kind == "message":
            inner, inner_canonical = getattr(wire, member.name), getattr(canonical, member.name)
            inner.SetInParent()
            inner_canonical.SetInParent()
            return self.fill(self.by_swift_name[member.swift_type], inner, inner_canonical)
        raw, shown = self.scalar(member)
        setattr(wire, member.name, raw)
        if always or shown != self.nothing(member):
            setattr(canonical, member.name, raw)
        return shown

    def repeated(self, member: Field, wire, canonical) -> list:
        shown = []
        for _ in range(self.random.choice([0, 1, 2, 5])):
            if member.kind == "message":
                inner = getattr(wire, member.name).add()
                inner_canonical = getattr(canonical, member.name).add()
                shown.append(self.fill(self.by_swift_name[member.swift_type], inner, inner_canonical))
            else:
                raw, one = self.scalar(member)
                getattr(wire, member.name).append(raw)
                getattr(canonical, member.name).append(raw)
                shown.append(one)
        return shown

    def scalar(self, member: Field):
        """A random value as Python's protobuf takes it, and as the test writes it down."""
        match member.kind:
            case "text":
                text = "".join(self.random.choices(ALPHABET, k=self.random.choice([0, 1, 5, 15, 16, 40, 300])))
                return text, "t:" + text.encode().hex()
            case "bytes":
                data = self.random.randbytes(self.random.choice([0, 1, 16, 100]))
                return data, "b:" + data.hex()
            case "id":
                data = self.random.randbytes(16)
                return data, "i:" + data.hex()
            case "enum":
                # Known numbers only: Python moves others to its unknown fields, which changes their place.
                number = self.random.choice(self.enums[member.swift_type].values).number
                return number, f"e:{number}"
        return self.number(member.swift_type)

    def number(self, swift_type: str):
        if swift_type == "Bool":
            value = self.random.random() < 0.5
            return value, value
        if swift_type == "Float":
            (value,) = struct.unpack("<f", struct.pack("<f", self.any_float()))
            return value, "f:" + struct.pack(">f", value).hex()
        if swift_type == "Double":
            value = self.any_float()
            return value, "d:" + struct.pack(">d", value).hex()
        low, high = BITS[swift_type]
        value = self.random.choice(EDGES[swift_type]) if self.random.random() < 0.5 else self.random.randint(low, high)
        return value, value

    def any_float(self) -> float:
        return self.random.choice([0.0, -0.0, 1.5, -2.25, 3.0e38, float("inf"), float("-inf"), self.random.random()])


def main() -> None:
    parser = argparse.ArgumentParser(description="Random messages of every contract as JSON lines.")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=20, help="messages of each type")
    arguments = parser.parse_args()
    maker = Maker(arguments.seed)
    for message in maker.messages.values():
        for _ in range(arguments.count):
            print(json.dumps(maker.record(message)))


if __name__ == "__main__":
    main()
