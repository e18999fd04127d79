# SPDX-License-Identifier: Apache-2.0
"""What has been released may not change: two neighbouring versions of the suite talk to each other.

Proto/released.txt holds one line for every message, field, enum value and call of the last release, written by
`generate.py --release` when a version is cut. While the file is not there, nothing has been released. From then on
every line must still be true, or what it names must be given up openly: a field or value by `reserved` with number and
name, a call by a line in Proto/retired-ids.txt. New things need no line until the next release.
"""

from __future__ import annotations

from pathlib import Path

from google.protobuf import descriptor_pb2

from contract import ContractError, FieldProto, ProtoFile

TITLE = "# What the last release promised, by `generate.py --release`. Do not edit."


def describe(descriptors: descriptor_pb2.FileDescriptorSet, files: list[ProtoFile]) -> dict[str, str]:
    """What is promised, by what it is promised about."""
    promises: dict[str, str] = {}
    for proto in descriptors.file:
        for message in proto.message_type:
            name = f"{proto.package}.{message.name}"
            promises[f"message {name}"] = "exists"
            for field in message.field:
                promises[f"field {name} {field.number}"] = f"{field.name} {shape(field)}"
        for enum in proto.enum_type:
            name = f"{proto.package}.{enum.name}"
            for value in enum.value:
                promises[f"value {name} {value.number}"] = value.name
    for file in files:
        for service in file.services:
            for call in service.calls:
                promises[f"call 0x{call.id:04x}"] = f"{call.full_name} {call.kind} {call.request} {call.response}"
    return promises


def shape(field: descriptor_pb2.FieldDescriptorProto) -> str:
    """How a field lies on the wire. One that enters or leaves a oneof changes its meaning, so that counts too."""
    type_name = field.type_name[1:] or FieldProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    label = "repeated" if field.label == FieldProto.LABEL_REPEATED else "optional"
    return f"{'oneof' if field.HasField('oneof_index') else label} {type_name}"


def write(path: Path, promises: dict[str, str]) -> None:
    lines = [f"{key}: {value}" for key, value in sorted(promises.items())]
    path.write_text("\n".join([TITLE, *lines]) + "\n", encoding="utf-8")


def check(
    path: Path, promises: dict[str, str], descriptors: descriptor_pb2.FileDescriptorSet, retired: dict[int, str]
) -> None:
    """Refuses a contract that breaks a promise of the last release; all broken ones are told at once."""
    if not path.is_file():
        return
    given_up = reserved(descriptors)
    broken = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        key, was = line.split(": ", 1)
        now = promises.get(key)
        if now == was or (now is None and is_given_up(key, was, given_up, retired)):
            continue
        change = f"now `{now}`" if now else "gone"
        broken.append(f"Proto/{path.name}: {key} was `{was}`, and is {change}; {remedy(key)}")
    if broken:
        raise ContractError("\n".join(broken))


def reserved(descriptors: descriptor_pb2.FileDescriptorSet) -> dict[str, tuple[set[int], set[str]]]:
    """Reserved numbers and names of every message and enum."""
    found: dict[str, tuple[set[int], set[str]]] = {}
    for proto in descriptors.file:
        for message in proto.message_type:
            numbers = {n for r in message.reserved_range for n in range(r.start, r.end)}  # the end is not part of it
            found[f"{proto.package}.{message.name}"] = (numbers, set(message.reserved_name))
        for enum in proto.enum_type:
            numbers = {n for r in enum.reserved_range for n in range(r.start, r.end + 1)}  # here it is
            found[f"{proto.package}.{enum.name}"] = (numbers, set(enum.reserved_name))
    return found


def is_given_up(
    key: str, was: str, given_up: dict[str, tuple[set[int], set[str]]], retired: dict[int, str]
) -> bool:
    what, *rest = key.split(" ")
    if what == "call":
        return int(rest[0], 16) in retired
    if what == "message":
        return False
    numbers, names = given_up.get(rest[0], (set(), set()))
    return int(rest[1]) in numbers and was.split(" ")[0] in names


def remedy(key: str) -> str:
    what = key.split(" ")[0]
    if what == "call":
        return "put its id into Proto/retired-ids.txt and give the new call a new one"
    if what == "message":
        return "a message of a release stays"
    return "reserve its number and its name, and give the new one the next number"
