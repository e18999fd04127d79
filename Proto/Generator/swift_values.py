# SPDX-License-Identifier: Apache-2.0
"""Writes the Swift values: one struct a message, one struct an enum, one nested enum a oneof."""

from __future__ import annotations

from contract import Enumeration, Field, Message, OneOf, ProtoFile
from names import quoted
from swift_text import call_like, doc_comment, header


def values_file(file: ProtoFile) -> str:
    lines = header(file.path)
    if any(one.kind == "id" for message in file.messages for one in message.fields):
        lines += ["package import Primitives", ""]
    for enum in file.enums:
        lines += enumeration(enum) + [""]
    for message in file.messages:
        lines += structure(message) + [""]
    return "\n".join(lines[:-1]) + "\n"


def property_type(member: Field | OneOf) -> str:
    if isinstance(member, OneOf):
        return member.swift_type + "?"
    if member.is_repeated:
        return f"[{member.swift_type}]"
    return member.swift_type + ("?" if member.may_be_absent else "")


def default(member: Field | OneOf) -> str:
    """What the memberwise initialiser takes when nothing is said; "" for what has to be said."""
    if isinstance(member, OneOf) or member.may_be_absent:
        return "nil"
    if member.is_repeated or member.kind == "bytes":
        return "[]"
    if member.is_demanded:
        return ""
    if member.kind == "text":
        return '""'
    if member.kind == "enum":
        return f"{member.swift_type}(rawValue: 0)"
    return "false" if member.swift_type == "Bool" else "0"


def structure(message: Message) -> list[str]:
    lines = doc_comment(message.doc) + [f"package struct {message.name}: Equatable, Sendable {{"]
    for member in message.members:
        if isinstance(member, OneOf):
            lines += oneof(member)
    for member in message.members:
        lines += doc_comment(member.doc, "    ")
        lines.append(f"    package var {quoted(member.swift_name)}: {property_type(member)}")
    if message.members:
        lines.append("")
    arguments = [
        f"{quoted(m.swift_name)}: {property_type(m)}" + (f" = {default(m)}" if default(m) else "")
        for m in message.members
    ]
    body = [f"        self.{m.swift_name} = {quoted(m.swift_name)}" for m in message.members]
    if body:
        lines += call_like("package init", arguments, " {", "    ") + body + ["    }"]
    else:
        lines.append("    package init() {}")
    return lines + ["}"]


def oneof(group: OneOf) -> list[str]:
    lines = [f"    package enum {group.swift_type}: Equatable, Sendable {{"]
    for case in group.fields:
        lines += doc_comment(case.doc, "        ")
        lines.append(f"        case {quoted(case.swift_name)}({case.swift_type})")
    return lines + ["    }", ""]


def enumeration(enum: Enumeration) -> list[str]:
    """A struct, not an enum: a number that a newer peer sends is kept as it came."""
    lines = doc_comment(enum.doc)
    lines += [
        f"package struct {enum.name}: RawRepresentable, Hashable, Sendable {{",
        "    package let rawValue: Int32",
        "    package init(rawValue: Int32) { self.rawValue = rawValue }",
        "",
    ]
    for value in enum.values:
        lines += doc_comment(value.doc, "    ")
        lines.append(f"    package static let {quoted(value.swift_name)} = Self(rawValue: {value.number})")
    lines += [
        "}",
        "",
        f"extension {enum.name}: CustomStringConvertible {{",
        "    /// The value's name in the contract, in lower case, or `number_<n>` for one this build does not know.",
        "    package var description: String {",
        "        switch rawValue {",
    ]
    lines += [f'        case {value.number}: "{value.name.lower()}"' for value in enum.values]
    return lines + ['        default: "number_\\(rawValue)"', "        }", "    }", "}"]
