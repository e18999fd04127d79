# SPDX-License-Identifier: Apache-2.0
"""Writes the method tables and the typed clients."""

from __future__ import annotations

from contract import ProtoFile, Service
from names import camel, lower_first, quoted
from rpc_comments import Call
from swift_text import call_like, doc_comment, header


def methods_file(file: ProtoFile, service: Service) -> str:
    lines = header(file.path) + ["package import Messages", "import Primitives", "package import RPC", ""]
    lines += doc_comment([f"The methods of `{service.name}`: what a caller and a server must agree on."])
    lines.append(f"package enum {service.name}Methods {{")
    for call in service.calls:
        lines += method(call) + [""]
    names = ", ".join(f"{quoted(lower_first(call.name))}.description" for call in service.calls)
    lines += doc_comment(["All of them, in the order of the contract."], "    ")
    lines += bracketed("    package static let all: [MethodDescription] = ", names)
    return "\n".join(lines + ["}"]) + "\n"


def method_catalogue(files: list[ProtoFile]) -> str:
    """Every method with what the Swift table of its service does not say: its messages, and its words for people."""
    lines = header() + ["/// Every method of every contract, for tools that call by name."]
    lines += ["package enum MethodCatalogue {", "    package static let all: [CatalogueMethod] = ["]
    for file in files:
        for service in file.services:
            for call in service.calls:
                lines += [
                    "        CatalogueMethod(",
                    f"            {service.name}Methods.{quoted(lower_first(call.name))},",
                    f"            failures: {literal(call.failures)},",
                    f"            doc: {literal(' '.join(line.strip() for line in call.doc))}),",
                ]
    return "\n".join(lines + ["    ]", "}"]) + "\n"


def literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def bracketed(head: str, joined: str) -> list[str]:
    line = f"{head}[{joined}]"
    if len(line) <= 120:
        return [line]
    return [f"{head}["] + [f"        {name}," for name in joined.split(", ")] + ["    ]"]


def method(call: Call) -> list[str]:
    arguments = [
        f"id: 0x{call.id:04x}",
        f'name: "{call.full_name}"',
        f"kind: .{call.kind}",
        f"isIdempotent: {str(call.is_idempotent).lower()}",
        f"deadline: {deadline(call)}",
        f"callers: [{', '.join(caller(name) for name in call.callers)}]",
        f"carriesTokens: {str(call.carries_tokens).lower()}",
    ]
    if call.hedge_after_ms is not None:
        arguments.append(f"hedgeAfter: .milliseconds({call.hedge_after_ms})")
    head = f"package static let {quoted(lower_first(call.name))} = Method<{call.request}, {call.response}>"
    return doc_comment(reference(call), "    ") + call_like(head, arguments, "", "    ")


def reference(call: Call) -> list[str]:
    """The prose of the contract, then its facts, as a reader of the Swift wants them."""
    retry = "may be retried" if call.is_idempotent else "is never retried by itself"
    gap = [""] if call.doc else []
    if call.hedge_after_ms is not None:
        retry += f", and is made a second time after {call.hedge_after_ms} ms without an answer"
    return call.doc + gap + [f"Deadline: {call.deadline_text}; {retry}. Fails with {call.failures}."]


def deadline(call: Call) -> str:
    if call.deadline_ms is None:
        return "nil"
    if call.deadline_ms % 1000 == 0:
        return f".seconds({call.deadline_ms // 1000})"
    return f".milliseconds({call.deadline_ms})"


def caller(name: str) -> str:
    if name.endswith("-admin"):
        return f".{camel(name.removesuffix('-admin').replace('-', '_'))}.admin"
    return f".{camel(name.replace('-', '_'))}"


def client_file(file: ProtoFile, service: Service) -> str:
    lines = header(file.path) + ["package import Messages", "package import Primitives", "package import RPC", ""]
    lines += doc_comment(service.doc or [f"Calls `{service.name}`."])
    lines += [
        f"package struct {service.name}Client: Sendable {{",
        "    private let rpc: RPCClient",
        "    package init(_ rpc: RPCClient) { self.rpc = rpc }",
    ]
    for call in service.calls:
        lines += [""] + client_method(call, service)
    return "\n".join(lines + ["}"]) + "\n"


def client_method(call: Call, service: Service) -> list[str]:
    name = lower_first(call.name)
    constant = f"{service.name}Methods.{name}"
    doc = doc_comment(reference(call), "    ")
    if call.kind == "unary":
        head = call_like(
            f"package func {name}",
            [f"_ request: {call.request}", "_ context: CallContext"],
            f" async throws(Failure) -> {call.response} {{",
            "    ",
        )
        return doc + head + [f"        try await rpc.unary({constant}, request, context)", "    }"]
    if call.kind == "serverStreaming":
        body = f"_ body: (StreamReader<{call.response}>) async throws -> R"
        arguments = [f"_ request: {call.request}", "_ context: CallContext", body]
        forward = f"        try await rpc.serverStreaming({constant}, request, context, body)"
    else:
        body = f"_ body: (StreamWriter<{call.request}>, StreamReader<{call.response}>) async throws -> R"
        arguments = ["_ context: CallContext", body]
        forward = f"        try await rpc.bidirectional({constant}, context, body)"
    head = call_like(f"package nonisolated(nonsending) func {name}<R>", arguments, " async throws -> R {", "    ")
    return doc + head + [forward, "    }"]
