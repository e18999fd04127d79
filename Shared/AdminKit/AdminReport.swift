// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import Primitives
import Telemetry

/// What an admin verb says: answers to standard output, everything else to standard error, so that output can be
/// piped into a program.
package struct AdminReport: Sendable {
    package enum Stream: Sendable { case output, error }

    package let tool: String
    package let verb: String
    package let isJSON: Bool
    /// Whether a changing verb changes; without `--apply` it only tells what it would do.
    package let isApplied: Bool
    private let write: @Sendable (String, Stream) -> Void

    package init(
        tool: String, verb: String, isJSON: Bool, isApplied: Bool,
        write: @escaping @Sendable (String, Stream) -> Void = AdminReport.toTerminal
    ) {
        self.tool = tool
        self.verb = verb
        self.isJSON = isJSON
        self.isApplied = isApplied
        self.write = write
    }

    package func show(_ table: Table) { write(isJSON ? table.json : table.text, .output) }

    /// One thing's facts: `name: value` lines, or one JSON object.
    package func show(_ record: [(String, Cell)]) {
        if isJSON { return write(CellText.object(record) + "\n", .output) }
        let width = record.map(\.0.count).max() ?? 0
        for (name, cell) in record {
            let space = String(repeating: " ", count: width - name.count)
            write("\(name):\(space) \(Table.printable(cell.shown))\n", .output)
        }
    }

    /// One line of the answer, as it is.
    func line(_ text: String) { write(text + "\n", .output) }

    /// A sentence for the person at the terminal.
    package func note(_ text: String) { write(text + "\n", .error) }

    /// Performs a change, or in a dry run shows the request and performs nothing. An audit line goes to standard error
    /// before and after, so that what was begun is known even if this process dies in between.
    /// - Parameter request: the exact request as JSON.
    /// - Returns: nil in a dry run.
    package func change<R>(
        _ action: String, request: String, requestID: String = "", _ perform: () async throws -> R
    ) async throws -> R? {
        guard isApplied else {
            write(#"{"dry_run":true,"action":"\#(action)","request":\#(request)}"# + "\n", .output)
            note("Nothing was changed. Add --apply to do it.")
            return nil
        }
        audit("before", action, request, requestID, outcome: nil)
        do {
            let result = try await perform()
            audit("after", action, request, requestID, outcome: "ok")
            return result
        } catch {
            let code = (error as? Failure)?.code.description ?? "failed"
            audit("after", action, request, requestID, outcome: code)
            throw error
        }
    }

    private func audit(_ moment: String, _ action: String, _ request: String, _ requestID: String, outcome: String?) {
        var text = JSONText()
        text.openObject()
        text.field("time", SystemTime().timestamp().rfc3339)
        text.field("audit", moment)
        text.field("tool", tool)
        text.field("verb", verb)
        text.field("action", action)
        text.field("user", Self.user)
        if !requestID.isEmpty { text.field("request_id", requestID) }
        if let outcome { text.field("outcome", outcome) }
        text.name("request")
        text.json(request)
        text.closeObject()
        note(String(decoding: text.bytes, as: UTF8.self))
    }

    /// Who is at the keyboard: the name sudo was called by, else the account's.
    private static var user: String {
        let environment = ProcessInfo.processInfo.environment
        return environment["SUDO_USER"] ?? environment["USER"] ?? "uid \(getuid())"
    }

    package static let toTerminal: @Sendable (String, Stream) -> Void = { text, stream in
        let descriptor = stream == .output ? STDOUT_FILENO : STDERR_FILENO
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
