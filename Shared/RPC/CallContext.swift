// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Wire

/// What a call carries besides its message: until when, for whom, and where in which trace.
///
/// A handler passes the context it was given on to the calls it makes, usually with a tighter deadline. Its `trace`
/// is then the handler's own span, so the callee's span becomes its child.
package struct CallContext: Sendable {
    package var deadline: Deadline
    package var trace: TraceContext
    /// The id the client of the whole suite sees as `x-request-id`. At most 255 bytes.
    package var requestID: String
    package var principal: Principal?
    /// Extra pairs; at most sixteen, keys in lower case.
    package var metadata: [String: String]
    /// On a server: who called, by its certificate. On a client: who we are, when that is known.
    package let peer: PeerName

    package init(
        deadline: Deadline, trace: TraceContext, requestID: String = "", principal: Principal? = nil,
        metadata: [String: String] = [:], peer: PeerName = PeerName(rawValue: "")
    ) {
        self.deadline = deadline
        self.trace = trace
        self.requestID = requestID
        self.principal = principal
        self.metadata = metadata
        self.peer = peer
    }

    /// The same context, ending after `deadline` from `now` if that is sooner than it would have ended anyway.
    package func with(deadline: Duration, at now: MonotonicInstant) -> CallContext {
        var copy = self
        copy.deadline = min(self.deadline, .after(deadline, from: now))
        return copy
    }

    /// The principal, for a method that only makes sense on somebody's behalf.
    package func requirePrincipal() throws(Failure) -> Principal {
        guard let principal else {
            throw Failure(
                .unauthenticated, "This call must be made on behalf of a signed-in user or key.",
                reason: "no_principal")
        }
        return principal
    }
}
