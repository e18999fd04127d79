# SPDX-License-Identifier: Apache-2.0
"""Writes how each Swift value is read from protobuf-c's struct and written into one."""

from __future__ import annotations

from contract import Field, Message, OneOf, ProtoFile
from names import c_field, c_lower, c_type, quoted
from swift_text import header


def coding_file(file: ProtoFile) -> str:
    imports = ["import CMessages", "import CProtobuf", "package import Primitives"]
    lines = header(file.path) + imports + [""]
    for message in file.messages:
        lines += coding(message) + [""]
    return "\n".join(lines[:-1]) + "\n"


def catalogue_file(files: list[ProtoFile]) -> str:
    lines = header() + ["package import Primitives", ""]
    lines += [
        "/// Every message of every contract, for tests and tools that go through all of them.",
        "package enum MessageCatalogue {",
        "    package static let all: [any BinaryMessage.Type] = [",
    ]
    lines += [f"        {message.name}.self," for file in files for message in file.messages]
    lines += [
        "    ]",
        "",
        "    /// The ids and messages that must arrive, as `message.field`: protobuf-c's descriptors do not know of them.",
        "    package static let demanded: Set<String> = [",
    ]
    for message in (message for file in files for message in file.messages):
        demanded = (member for member in message.members if isinstance(member, Field) and member.is_demanded)
        lines += [f'        "{message.full_name}.{member.name}",' for member in demanded]
    return "\n".join(lines + ["    ]", "}"]) + "\n"


def coding(message: Message) -> list[str]:
    lower = c_lower(message.full_name)
    reading = [line for member in message.members for line in read_member(member, message)]
    writing = [line for member in message.members for line in write_member(member, message)]
    return [
        f"extension {message.name}: PackedMessage, CustomStringConvertible {{",
        f"    typealias CValue = {c_type(message.full_name)}",
        "",
        f'    package static var messageName: String {{ "{message.full_name}" }}',
        f"    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> {{ {descriptor(message)}() }}",
        "    package var description: String { describeWithoutContent(self) }",
        "",
        "    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {",
        "        self = try Self.unpacked(from: bytes)",
        "    }",
        "",
        "    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {",
        "        let packed = packed()",
        "        defer { packed.release() }",
        "        return try body(packed.bytes)",
        "    }",
        "",
        "    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {",
        *(reading or ["        self.init()"]),
        "    }",
        "",
        "    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {",
        f"        {lower}__init(c)",
        *writing,
        "    }",
        "}",
    ]


def descriptor(message: Message) -> str:
    return "parley_descriptor_" + c_lower(message.full_name).removeprefix("parley__")


def read_member(member: Field | OneOf, message: Message) -> list[str]:
    if isinstance(member, OneOf):
        return read_oneof(member, message)
    target = f"        self.{member.swift_name} = "
    c = f"c.pointee.{c_field(member.name)}"
    if member.is_repeated:
        return [target + repeated_expression(member, c)]
    present = f"c.pointee.has_{c_field(member.name)} != 0"
    if member.kind == "scalar":
        value = f"{c} != 0" if member.swift_type == "Bool" else c
        return [target + (f"{present} ? {value} : nil" if member.may_be_absent else value)]
    if member.kind == "enum":
        value = f"{member.swift_type}(rawValue: Int32(bitPattern: {c}.rawValue))"
        return [target + (f"{present} ? {value} : nil" if member.may_be_absent else value)]
    if member.kind == "bytes":
        return [target + (f"{present} ? readBytes({c}) : nil" if member.may_be_absent else f"readBytes({c})")]
    suffix = "IfPresent" if member.may_be_absent else ""
    place = f'in: Self.self, "{member.name}"'
    if member.kind == "text":
        return [f"{target}try readText{suffix}({c}, {place})"]
    if member.kind == "id":
        return [f"{target}try readIdentifier{suffix}({present}, {c}, {place})"]
    return [f"{target}try readMessage{suffix}({c}" + (f", {place})" if not suffix else ")")]


def repeated_expression(member: Field, c: str) -> str:
    count = f"c.pointee.n_{c_field(member.name)}"
    place = f'in: Self.self, "{member.name}"'
    match member.kind:
        case "scalar":
            return f"readBooleans({count}, {c})" if member.swift_type == "Bool" else f"readScalars({count}, {c})"
        case "enum":
            return f"readEnumerations({count}, {c})"
        case "bytes":
            return f"readByteArrays({count}, {c})"
        case "text":
            return f"try readTexts({count}, {c}, {place})"
        case "id":
            return f"try readIdentifiers({count}, {c}, {place})"
    return f"try readMessages({count}, {c}, {place})"


def case_constant(group: OneOf, case: Field, message: Message) -> str:
    """protoc-c's name for one case of a oneof: `PARLEY__…__KIND_STARTED`."""
    prefix = c_lower(message.full_name).upper()
    return f"{prefix}__{group.name.upper()}_{case.name.upper()}"


def read_oneof(group: OneOf, message: Message) -> list[str]:
    lines = [f"        switch c.pointee.{c_field(group.name)}_case {{"]
    for case in group.fields:
        c = f"c.pointee.{c_field(case.name)}"
        place = f'in: Self.self, "{case.name}"'
        value = {
            "scalar": f"{c} != 0" if case.swift_type == "Bool" else c,
            "enum": f"{case.swift_type}(rawValue: Int32(bitPattern: {c}.rawValue))",
            "bytes": f"readBytes({c})",
            "text": f"try readText({c}, {place})",
            "id": f"try readIdentifier(true, {c}, {place})",
            "message": f"try readMessage({c}, {place})",
        }[case.kind]
        lines.append(f"        case {case_constant(group, case, message)}:")
        lines.append(f"            self.{group.swift_name} = .{case.swift_name}({value})")
    return lines + [f"        default: self.{group.swift_name} = nil", "        }"]


def write_member(member: Field | OneOf, message: Message) -> list[str]:
    if isinstance(member, OneOf):
        return write_oneof(member, message)
    name = c_field(member.name)
    c = f"c.pointee.{name}"
    value = quoted(member.swift_name)
    if member.is_repeated:
        return write_repeated(member, name, value)
    has_flag = member.kind in ("scalar", "enum", "bytes", "id")
    flag = [f"            c.pointee.has_{name} = 1"] if has_flag else []
    if member.may_be_absent:
        return [f"        if let {value} {{"] + flag + [f"            {c} = {c_value(member, value)}", "        }"]
    if member.is_demanded:
        return [line[4:] for line in flag] + [f"        {c} = {c_value(member, value)}"]
    condition = {
        "text": f"!{value}.isEmpty",
        "bytes": f"!{value}.isEmpty",
        "enum": f"{value}.rawValue != 0",
    }.get(member.kind)
    if condition is None:
        # A float's bits are compared, so that -0.0 travels as it is.
        condition = {"Bool": value, "Float": f"{value}.bitPattern != 0", "Double": f"{value}.bitPattern != 0"}.get(
            member.swift_type, f"{value} != 0"
        )
    return [f"        if {condition} {{"] + flag + [f"            {c} = {c_value(member, value)}", "        }"]


def c_value(member: Field, value: str) -> str:
    match member.kind:
        case "scalar":
            return f"{value} ? 1 : 0" if member.swift_type == "Bool" else value
        case "enum":
            return f"{member.c_type}(rawValue: UInt32(bitPattern: {value}.rawValue))"
        case "bytes":
            return f"arena.bytes({value})"
        case "text":
            return f"arena.text({value})"
        case "id":
            return f"arena.identifier({value})"
    return f"arena.message({value})"


def write_repeated(member: Field, name: str, value: str) -> list[str]:
    maker = {
        "scalar": "booleans" if member.swift_type == "Bool" else "scalars",
        "enum": "enumerations",
        "bytes": "byteArrays",
        "text": "texts",
        "id": "identifiers",
        "message": "messages",
    }[member.kind]
    return [
        f"        if !{value}.isEmpty {{",
        f"            c.pointee.n_{name} = {value}.count",
        f"            c.pointee.{name} = arena.{maker}({value})",
        "        }",
    ]


def write_oneof(group: OneOf, message: Message) -> list[str]:
    lines = [f"        switch {quoted(group.swift_name)} {{"]
    for case in group.fields:
        lines.append(f"        case .{case.swift_name}(let value):")
        lines.append(f"            c.pointee.{c_field(group.name)}_case = {case_constant(group, case, message)}")
        lines.append(f"            c.pointee.{c_field(case.name)} = {c_value(case, 'value')}")
    return lines + ["        case nil: break", "        }"]
