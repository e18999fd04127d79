// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
import Clients
import Messages
import Primitives
import RPC
import Settings
import Telemetry

/// Finds methods by what people type.
enum MethodName {
    static func find(_ name: String) throws -> CatalogueMethod {
        if let method = MethodCatalogue.named(name) { return method }
        let hint = NearestName.hint(for: name, among: MethodCatalogue.all.map(\.name))
        throw ValidationError(
            "There is no method \(name.prefix(80))." + (hint.map { " Did you mean \($0)?" } ?? " `methods` lists them.")
        )
    }
}

enum MessageSchemas {
    static func of(_ type: any BinaryMessage.Type) -> MessageSchema? { MessageSchema.named(type.messageName) }
}

/// `methods`: what can be called, and what one method takes and gives.
package struct MethodsCommand<Tool: AdminTool>: ParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "methods", abstract: "Lists every method of every service, or describes one.",
            discussion: "Needs no service: what it tells was built in from the contracts.")
    }

    @Argument(
        help: "The method to describe; all are listed without it.", completion: .list(MethodCatalogue.all.map(\.name)))
    var method: String?

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    package init() {}

    package func run() throws { try show(AdminReport.toTerminal) }

    package func show(_ write: @escaping @Sendable (String, AdminReport.Stream) -> Void) throws {
        try Self.show(method, json: json, write)
    }

    static func show(
        _ name: String?, json: Bool, _ write: @escaping @Sendable (String, AdminReport.Stream) -> Void
    ) throws {
        let report = AdminReport(
            tool: Tool.service.admin.rawValue, verb: "methods", isJSON: json, isApplied: false, write: write)
        guard let name else {
            guard json else { return report.show(table(MethodCatalogue.all)) }
            return report.line("[" + MethodCatalogue.all.map { Self.json($0) }.joined(separator: ",\n ") + "]")
        }
        let method = try MethodName.find(name)
        if json { return report.line(Self.json(method)) }
        let facts = Self.table([method])
        report.show(
            Array(zip(facts.columns, facts.rows[0])) + [
                ("does", .text(method.doc)), ("fails with", .text(method.failures)),
            ])
        for (title, type) in [("request", method.request), ("response", method.response)] {
            var shown: Set<String> = []
            Self.describe(type.messageName, title: title, shown: &shown, report)
        }
    }

    private static func table(_ methods: [CatalogueMethod]) -> Table {
        var table = Table(["method", "id", "kind", "deadline", "callers"])
        for method in methods {
            let facts = method.description
            let id = String(facts.id, radix: 16)
            let tokens = facts.carriesTokens ? ", tokens" : ""
            table.add(
                .text(facts.name), .text("0x" + String(repeating: "0", count: 4 - id.count) + id),
                .text("\(facts.kind.rawValue)\(tokens)"),
                .text(facts.deadline.map { "\($0.milliseconds) ms" } ?? "caller's"),
                .list(facts.callers.map(\.rawValue).sorted()))
        }
        return table
    }

    /// A message's fields, and then those of the messages it holds.
    private static func describe(_ name: String, title: String, shown: inout Set<String>, _ report: AdminReport) {
        guard shown.insert(name).inserted, let schema = MessageSchema.named(name) else { return }
        report.line("\n\(title) \(name)")
        var table = Table(["field", "type", "note"])
        for field in schema.fields {
            table.add(.text(field.jsonName), .text(field.typeName), .text(field.note))
        }
        report.show(table)
        for case .message(let inner) in schema.fields.map(\.kind) {
            describe(inner, title: "message", shown: &shown, report)
        }
    }

    private static func json(_ method: CatalogueMethod) -> String {
        let facts = method.description
        var text = JSONText()
        text.openObject()
        text.field("method", facts.name)
        text.name("id")
        text.integer(facts.id)
        text.field("kind", facts.kind.rawValue)
        text.name("tokens")
        text.bool(facts.carriesTokens)
        text.name("callers")
        text.openArray()
        for caller in facts.callers.map(\.rawValue).sorted() { text.string(caller) }
        text.closeArray()
        text.field("does", method.doc)
        text.field("fails_with", method.failures)
        text.field("request", method.request.messageName)
        text.field("response", method.response.messageName)
        text.name("messages")
        text.openObject()
        var shown: Set<String> = []
        for type in [method.request, method.response] { write(type.messageName, shown: &shown, to: &text) }
        text.closeObject()
        text.closeObject()
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private static func write(_ name: String, shown: inout Set<String>, to text: inout JSONText) {
        guard shown.insert(name).inserted, let schema = MessageSchema.named(name) else { return }
        text.name(name)
        text.openArray()
        for field in schema.fields {
            text.openObject()
            text.field("name", field.jsonName)
            text.field("type", field.typeName)
            text.name("number")
            text.integer(field.number)
            text.name("required")
            text.bool(field.isDemanded)
            text.closeObject()
        }
        text.closeArray()
        for case .message(let inner) in schema.fields.map(\.kind) { write(inner, shown: &shown, to: &text) }
    }
}

extension FieldSchema {
    var typeName: String {
        let single =
            switch kind {
            case .text: "string"
            case .identifier: "id"
            case .enumeration(let schema): String(schema.name.split(separator: ".").last ?? "enum")
            case .message(let name): String(name.split(separator: ".").last ?? "message")
            default: "\(kind)"
            }
        return isRepeated ? "[\(single)]" : single
    }

    fileprivate var note: String {
        if isDemanded { return "required" }
        if !alternatives.isEmpty { return "one of \(alternatives.joined(separator: ", "))" }
        if case .enumeration(let schema) = kind { return schema.values.map(\.name).joined(separator: ", ") }
        return ""
    }
}
