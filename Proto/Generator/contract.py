# SPDX-License-Identifier: Apache-2.0
"""The contract as the generator sees it: what protoc's descriptors say, after the house rules have been applied.

Everything that is refused is refused here, with the file and line it stands on; what writes code may trust the model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf import descriptor_pb2

import names
from rpc_comments import Call, read_call

FieldProto = descriptor_pb2.FieldDescriptorProto

SCALARS = {
    FieldProto.TYPE_DOUBLE: "Double",
    FieldProto.TYPE_FLOAT: "Float",
    FieldProto.TYPE_INT32: "Int32",
    FieldProto.TYPE_SINT32: "Int32",
    FieldProto.TYPE_SFIXED32: "Int32",
    FieldProto.TYPE_INT64: "Int64",
    FieldProto.TYPE_SINT64: "Int64",
    FieldProto.TYPE_SFIXED64: "Int64",
    FieldProto.TYPE_UINT32: "UInt32",
    FieldProto.TYPE_FIXED32: "UInt32",
    FieldProto.TYPE_UINT64: "UInt64",
    FieldProto.TYPE_FIXED64: "UInt64",
    FieldProto.TYPE_BOOL: "Bool",
}


class ContractError(Exception):
    """One broken rule, with the place it is broken in."""


@dataclass
class Field:
    name: str
    number: int
    kind: str  # scalar, text, bytes, id, enum or message
    swift_type: str  # of one element
    c_type: str  # of an enum or message, else ""
    is_repeated: bool
    may_be_absent: bool
    doc: list[str]

    @property
    def swift_name(self) -> str:
        return names.camel(self.name)

    @property
    def is_demanded(self) -> bool:
        return self.kind in ("id", "message") and not self.is_repeated and not self.may_be_absent


@dataclass
class OneOf:
    name: str
    doc: list[str]
    fields: list[Field] = field(default_factory=list)

    @property
    def swift_name(self) -> str:
        return names.camel(self.name)

    @property
    def swift_type(self) -> str:
        return names.pascal(self.name)


@dataclass
class Message:
    name: str
    full_name: str
    doc: list[str]
    members: list[Field | OneOf]
    needs: set[str]  # full names of the messages it holds
    place: str

    @property
    def fields(self) -> list[Field]:
        """All fields, those of a oneof among them."""
        return [one for m in self.members for one in (m.fields if isinstance(m, OneOf) else [m])]


@dataclass
class EnumValue:
    name: str
    number: int
    doc: list[str]

    @property
    def swift_name(self) -> str:
        return names.camel(self.name.lower())


@dataclass
class Enumeration:
    name: str
    full_name: str
    doc: list[str]
    values: list[EnumValue]


@dataclass
class Service:
    name: str
    doc: list[str]
    calls: list[Call]


@dataclass
class ProtoFile:
    path: str  # auth/v1/auth.proto
    folder: str  # auth
    stem: str  # auth or admin
    messages: list[Message]
    enums: list[Enumeration]
    services: list[Service]

    @property
    def swift_stem(self) -> str:
        """Names the generated files: the service's name; what has no service is shared by several."""
        return self.services[0].name if self.services else "Shared"


class Source:
    """Comments and lines of one file, by descriptor path."""

    def __init__(self, proto: descriptor_pb2.FileDescriptorProto):
        self.name = proto.name
        self.by_path = {tuple(location.path): location for location in proto.source_code_info.location}

    def place(self, *path: int) -> str:
        location = self.by_path.get(path)
        return f"Proto/{self.name}:{location.span[0] + 1 if location else 1}"

    def doc(self, *path: int) -> list[str]:
        location = self.by_path.get(path)
        if location is None:
            return []
        text = location.leading_comments.rstrip() + ("\n" + location.trailing_comments.rstrip()).rstrip()
        return [line[1:] if line.startswith(" ") else line for line in text.splitlines()]


class Reader:
    """Turns a descriptor set into `ProtoFile`s and refuses what the house does not allow."""

    def __init__(self, descriptors: descriptor_pb2.FileDescriptorSet, retired: dict[int, str], taken: set[str]):
        self.descriptors = descriptors
        self.retired = retired
        self.taken = taken
        self.where: dict[str, str] = {}  # Swift type name to the place that declares it
        self.ids: dict[int, Call] = {}
        self.blocks: dict[int, str] = {}  # high byte of the ids to its folder
        self.method_names: dict[str, Call] = {}

    def read(self) -> list[ProtoFile]:
        files = [self.file(proto) for proto in self.descriptors.file]
        refuse_recursion(files)
        return files

    def file(self, proto: descriptor_pb2.FileDescriptorProto) -> ProtoFile:
        source = Source(proto)
        match = re.fullmatch(r"([a-z]+)/v([0-9]+)/([a-z]+)\.proto", proto.name)
        if not match:
            raise ContractError(f"Proto/{proto.name}:1: the path must be <service>/v<number>/<name>.proto")
        folder, version, stem = match.groups()
        if proto.syntax not in ("", "proto2"):
            raise ContractError(f"{source.place(12)}: write syntax = \"proto2\"; protoc-c refuses proto3's optional")
        if proto.package != f"parley.{folder}.v{version}":
            raise ContractError(f"{source.place(2)}: the package must be parley.{folder}.v{version}")
        if proto.extension:
            raise ContractError(f"{source.place(7, 0)}: extensions are not used")
        result = ProtoFile(proto.name, folder, stem, [], [], [])
        for index, enum in enumerate(proto.enum_type):
            result.enums.append(self.enumeration(enum, proto.package, source, (5, index)))
        for index, message in enumerate(proto.message_type):
            result.messages.append(self.message(message, proto.package, source, (4, index)))
        for index, service in enumerate(proto.service):
            result.services.append(self.service(service, proto, source, index, folder))
        if len(result.services) > 1:
            raise ContractError(f"{source.place(6, 1)}: one service a file")
        return result

    def declare(self, name: str, place: str) -> None:
        if name in self.where:
            raise ContractError(f"{place}: {name} is already declared at {self.where[name]}; Swift's names are flat")
        if name in self.taken:
            raise ContractError(f"{place}: {name} is a type of Swift or of Shared; choose another name")
        self.where[name] = place

    def enumeration(self, enum, package: str, source: Source, path: tuple[int, ...]) -> Enumeration:
        self.declare(enum.name, source.place(*path))
        prefix = names.upper_snake(enum.name) + "_"
        values: list[EnumValue] = []
        for index, value in enumerate(enum.value):
            place = source.place(*path, 2, index)
            if not value.name.startswith(prefix):
                raise ContractError(f"{place}: the values of {enum.name} begin with {prefix}")
            if value.number < 0:
                raise ContractError(f"{place}: enum numbers are not negative")
            short = EnumValue(value.name[len(prefix):], value.number, source.doc(*path, 2, index))
            if short.swift_name in ("none", "some"):
                raise ContractError(f"{place}: Swift takes .{short.swift_name} for Optional's; choose another word")
            values.append(short)
        if not values or values[0].number != 0:
            raise ContractError(f"{source.place(*path)}: the first value of {enum.name} must be 0, what absent means")
        return Enumeration(enum.name, f"{package}.{enum.name}", source.doc(*path), values)

    def message(self, message, package: str, source: Source, path: tuple[int, ...]) -> Message:
        place = source.place(*path)
        self.declare(message.name, place)
        if any(nested.options.map_entry for nested in message.nested_type):
            raise ContractError(f"{place}: {message.name} has a map; write a repeated message with key and value")
        if any(f.type == FieldProto.TYPE_GROUP for f in message.field):
            raise ContractError(f"{place}: {message.name} has a group; write a message")
        if message.nested_type or message.enum_type:
            raise ContractError(f"{place}: {message.name} declares types inside; put them at the top of the file")
        if message.extension or message.extension_range:
            raise ContractError(f"{place}: extensions are not used")
        oneofs = [OneOf(o.name, source.doc(*path, 8, index)) for index, o in enumerate(message.oneof_decl)]
        members: list[Field | OneOf] = []
        needs: set[str] = set()
        seen: dict[str, str] = {}
        for index, proto in enumerate(message.field):
            one = self.field(proto, source, (*path, 2, index), in_oneof=proto.HasField("oneof_index"))
            if one.kind == "message":
                needs.add(proto.type_name[1:])
            if proto.HasField("oneof_index"):
                group = oneofs[proto.oneof_index]
                if not group.fields:
                    members.append(group)
                group.fields.append(one)
            else:
                members.append(one)
        for member in members:
            if member.swift_name in seen:
                raise ContractError(f"{place}: {member.name} and {seen[member.swift_name]} are one name in Swift")
            seen[member.swift_name] = member.name
        return Message(message.name, f"{package}.{message.name}", source.doc(*path), members, needs, place)

    def field(self, proto, source: Source, path: tuple[int, ...], in_oneof: bool) -> Field:
        place = source.place(*path)
        doc = source.doc(*path)
        is_repeated = proto.label == FieldProto.LABEL_REPEATED
        may_be_absent = any(re.search(r"\bAbsent\b", line) for line in doc)
        if proto.label == FieldProto.LABEL_REQUIRED:
            raise ContractError(f"{place}: {proto.name} is required; only optional and repeated can evolve")
        if proto.HasField("default_value"):
            raise ContractError(f"{place}: {proto.name} has a default; zero is every field's default")
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", proto.name):
            raise ContractError(f"{place}: {proto.name} must be words in lower case joined by underscores")
        if (is_repeated or in_oneof) and may_be_absent:
            raise ContractError(f"{place}: {proto.name} says Absent, which a list or a case cannot be; reword it")
        kind, swift, c = self.kind(proto, place)
        if is_repeated and kind in ("scalar", "enum") and not proto.options.packed:
            raise ContractError(f"{place}: write [packed = true] behind {proto.name}; it saves a tag an element")
        return Field(proto.name, proto.number, kind, swift, c, is_repeated, may_be_absent, doc)

    def kind(self, proto, place: str) -> tuple[str, str, str]:
        if proto.type in SCALARS:
            return "scalar", SCALARS[proto.type], ""
        if proto.type == FieldProto.TYPE_STRING:
            return "text", "String", ""
        if proto.type == FieldProto.TYPE_BYTES:
            swift = names.identifier_type(proto.name)
            if swift is not None:
                return "id", swift, ""
            if proto.name.endswith(("_id", "_ids")):
                raise ContractError(
                    f"{place}: {proto.name} names no kind of id that Primitives knows ({', '.join(names.IDENTIFIERS)});"
                    " add the kind there and to Proto/Generator/names.py, or make it a string")
            return "bytes", "[UInt8]", ""
        kind = "enum" if proto.type == FieldProto.TYPE_ENUM else "message"
        full_name = proto.type_name[1:]
        return kind, full_name.rsplit(".", 1)[1], names.c_type(full_name)

    def service(self, service, proto, source: Source, index: int, folder: str) -> Service:
        calls = []
        for at, method in enumerate(service.method):
            place = source.place(6, index, 2, at)
            call = read_call(method, source.doc(6, index, 2, at), folder, place, ContractError)
            self.register(call, folder, place)
            calls.append(call)
        return Service(service.name, source.doc(6, index), calls)

    def register(self, call: Call, folder: str, place: str) -> None:
        call.place = place
        if call.id in self.retired:
            raise ContractError(f"{place}: id 0x{call.id:04x} is retired ({self.retired[call.id]}); take the next one")
        if call.id in self.ids:
            other = self.ids[call.id]
            raise ContractError(f"{place}: id 0x{call.id:04x} already belongs to {other.full_name} at {other.place}")
        owner = self.blocks.setdefault(call.id >> 8, folder)
        if owner != folder:
            raise ContractError(f"{place}: ids 0x{call.id >> 8:02x}00 to 0x{call.id >> 8:02x}ff belong to {owner}")
        if call.full_name in self.method_names:
            raise ContractError(f"{place}: {call.full_name} is already at {self.method_names[call.full_name].place}")
        self.ids[call.id] = call
        self.method_names[call.full_name] = call


def refuse_recursion(files: list[ProtoFile]) -> None:
    """protobuf-c unpacks by recursion without a depth limit, so no message may reach itself."""
    messages = {message.full_name: message for file in files for message in file.messages}
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> None:
        if name in trail:
            loop = " -> ".join(trail[trail.index(name):] + [name])
            raise ContractError(f"{messages[name].place}: {loop} is recursive; carry trees as bytes")
        if name in done:
            return
        for need in sorted(messages[name].needs):
            visit(need, trail + [name])
        done.add(name)

    for name in messages:
        visit(name, [])


def read_retired(path: Path) -> dict[int, str]:
    """`0x0000 name reason` a line; `#` begins a comment."""
    retired: dict[int, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"(0x[0-9a-f]{4}) (\S+ .+)", line.strip())
        if not match:
            raise ContractError(f"Proto/{path.name}:{number}: write `0x0000 name reason`")
        retired[int(match.group(1), 16)] = match.group(2)
    return retired
