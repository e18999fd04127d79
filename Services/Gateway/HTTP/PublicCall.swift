// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
package import HTTPEdge
import NIOHTTP1
package import Primitives
package import RPC
import Synchronization

/// One request of the public API with what we know about it before anybody serves it.
package struct PublicCall: Sendable {
    /// Ids from outside go into logs and other services; longer ones or ones with other characters are replaced.
    package static let longestRequestID = 128

    package let request: HTTPRequest
    package let parameters: PathParameters
    package let requestID: String
    /// Our own span; calls made for this request are its children.
    package let trace: TraceContext
    /// The client's span, or 0 when it sent none.
    package let parentSpan: UInt64
    package let started: MonotonicInstant
    package let startedAt: Timestamp
    /// nil for routes that anybody may call.
    package var principal: Principal?
    /// The session of a signed-in person; nil for an API key.
    package var session: SessionID?
    package let notes: CallNotes

    package init(
        _ request: HTTPRequest, _ parameters: PathParameters, time: some TimeSource, identifiers: some IdentifierSource
    ) {
        self.request = request
        self.parameters = parameters
        requestID = Self.requestID(request.header("x-request-id"), identifiers)
        var random = SystemRandomNumberGenerator()
        if let given = request.header("traceparent").flatMap({ TraceContext(traceparent: $0) }) {
            trace = given.child(random: &random)
            parentSpan = given.span
        } else {
            trace = TraceContext(random: &random)
            parentSpan = 0
        }
        started = time.now()
        startedAt = time.timestamp()
        notes = CallNotes()
    }

    package static func requestID(_ given: String?, _ identifiers: some IdentifierSource) -> String {
        if let given, (1...longestRequestID).contains(given.utf8.count), given.utf8.allSatisfy(isSane) { return given }
        return "req_" + Hex.encode(identifiers.next().bytes)
    }

    private static func isSane(_ unit: UInt8) -> Bool {
        switch unit {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// For calls to other services on this request's behalf. Their own deadlines, in the contracts, are tighter.
    package func context(within limit: Duration, at now: MonotonicInstant) -> CallContext {
        CallContext(deadline: .after(limit, from: now), trace: trace, requestID: requestID, principal: principal)
    }

    package func requirePrincipal() throws -> Principal {
        guard let principal else { throw PublicError.missingKey }
        return principal
    }

    /// Refuses a body that says it is something else; most clients say `application/json`, some nothing.
    package func requireJSON() throws {
        guard let type = request.header("content-type") else { return }
        let media = HeaderParameters(type).value.lowercased()
        guard media == "application/json" || media.hasSuffix("+json") else {
            throw PublicError.unsupportedMediaType("application/json")
        }
    }
}

/// What is learnt while a request is served, for its headers and its line in the log. One handler writes, and the
/// edge of the request reads when that has ended.
package final class CallNotes: Sendable {
    package struct Facts: Sendable {
        package var turn: TurnID?
        package var model: String?
        package var usage: TokenUsage?
        package var finishReason: String?
        package var isStreamed = false
        package var limits: RateLimits?
        package var firstTokenAt: MonotonicInstant?
        /// What went wrong after the head had left, when the status could not say it any more.
        package var lateError: PublicError?
    }
    private let facts = Mutex(Facts())

    package func note(_ body: (inout sending Facts) -> Void) { facts.withLock { body(&$0) } }
    package var all: Facts { facts.withLock { $0 } }
}
