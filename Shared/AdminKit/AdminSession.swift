// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import RPC

/// What a verb works with: a connected client, a context for its calls, and the report it writes to.
package struct AdminSession: Sendable {
    package let client: RPCClient
    package let report: AdminReport
    /// For calls made with a typed client: the tool's deadline, a trace of its own, and a request id that the audit
    /// line and the service's log share.
    package let context: CallContext

    package init(client: RPCClient, report: AdminReport, timeout: Duration, time: any TimeSource = SystemTime()) {
        self.client = client
        self.report = report
        var random = SystemRandomNumberGenerator()
        context = CallContext(
            deadline: .after(timeout, from: time.now()), trace: TraceContext(random: &random),
            requestID: "admin-\(SystemIdentifiers(time: time).next())")
    }

    /// Calls a method that changes nothing.
    package func ask<Q, R>(_ method: Method<Q, R>, _ request: Q) async throws -> R {
        try await client.unary(method, request, context)
    }

    /// Calls a method that changes something, or in a dry run prints the exact request and returns nil.
    package func change<Q, R>(_ method: Method<Q, R>, _ request: Q) async throws -> R? {
        try await report.change(method.name, request: RequestText.json(request), requestID: context.requestID) {
            try await client.unary(method, request, context)
        }
    }

    package func show(_ table: Table) { report.show(table) }
    package func show(_ record: [(String, Cell)]) { report.show(record) }
}
