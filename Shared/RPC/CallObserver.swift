// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Which end of a call is telling.
package enum CallSide: String, Sendable {
    case client, server
}

/// How one call went, told once when it is over.
package struct CallRecord: Sendable {
    package var side: CallSide
    package var method: MethodDescription
    /// Server side: who called. Client side: whom we called.
    package var peer: PeerName
    package var status: StatusCode
    package var started: MonotonicInstant
    package var ended: MonotonicInstant
    /// Server side: this call's own span. Client side: the span that made the call.
    package var trace: TraceContext
    /// Server side: the caller's span, or 0 for the first of a trace.
    package var parentSpan: UInt64
    package var requestID: String

    package var duration: Duration { ended - started }
    package var nanoseconds: Int64 { Int64(bitPattern: ended.nanoseconds &- started.nanoseconds) }
}

/// Hears of every call. Called on the loop, for each call: an implementation counts and copies, and does the rest
/// elsewhere.
package protocol CallObserver: AnyObject, Sendable {
    func callEnded(_ record: borrowing CallRecord)
}
