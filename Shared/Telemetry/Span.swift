// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// One finished piece of work within a trace.
package struct Span: Sendable {
    package enum Kind: Int, Sendable {
        // OTLP's numbers: https://github.com/open-telemetry/opentelemetry-proto, SpanKind.
        case `internal` = 1
        case server = 2
        case client = 3
    }
    package enum Value: Hashable, Sendable {
        case text(String)
        case integer(Int64)
    }

    /// The trace and this span's own id.
    package var context: TraceContext
    /// The span this one was caused by; 0 at the root.
    package var parent: UInt64
    /// What was done, from a closed set: a method's name or a route, never an id.
    package var name: String
    package var kind: Kind
    package var start: Timestamp
    package var end: Timestamp
    package var status: StatusCode
    package var attributes: [(String, Value)]

    package init(
        _ name: String, kind: Kind, context: TraceContext, parent: UInt64, start: Timestamp, end: Timestamp,
        status: StatusCode = .ok, attributes: [(String, Value)] = []
    ) {
        self.name = name
        self.kind = kind
        self.context = context
        self.parent = parent
        self.start = start
        self.end = end
        self.status = status
        self.attributes = attributes
    }
}

/// Attribute names of spans, after OpenTelemetry's conventions where they have one.
package enum SpanKey {
    package static let method = "rpc.method"
    package static let peer = "peer"
    package static let statusCode = "rpc.status_code"
    package static let requestID = "request.id"
    package static let httpMethod = "http.request.method"
    package static let httpRoute = "http.route"
    package static let httpStatus = "http.response.status_code"
}
