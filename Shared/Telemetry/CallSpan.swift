// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// An answered call as its server heard of it, kept as it is until it is exported.
///
/// A service records one for each call on the loop that answers calls: what a `Span` needs besides, the time of day and
/// attributes, is written by whoever exports (`CallSpanText`).
package struct CallSpan: Sendable {
    /// The trace and this call's own span.
    package var context: TraceContext
    /// The caller's span; 0 at the root.
    package var parent: UInt64
    /// The method's name.
    package var name: String
    package var started: MonotonicInstant
    package var ended: MonotonicInstant
    package var status: StatusCode
    /// Who called.
    package var peer: PeerName
    package var requestID: String

    package init(
        context: TraceContext, parent: UInt64, name: String, started: MonotonicInstant, ended: MonotonicInstant,
        status: StatusCode, peer: PeerName, requestID: String
    ) {
        self.context = context
        self.parent = parent
        self.name = name
        self.started = started
        self.ended = ended
        self.status = status
        self.peer = peer
        self.requestID = requestID
    }
}
