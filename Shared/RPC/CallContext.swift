// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Wire

/// What a call carries besides its message: until when, for whom, and where in which trace.
///
/// A handler passes the context it was given on to the calls it makes, usually with a tighter deadline. Its `trace`
/// is then the handler's own span, so the callee's span becomes its child.
package struct CallContext: Sendable {
    /// The fields stand behind one reference: a context is handed on several times in each call, and would be counted
    /// field by field.
    private var storage: Storage

    /// `@unchecked Sendable`: changed only while one context alone refers to it.
    private final class Storage: @unchecked Sendable {
        var deadline: Deadline
        var trace: TraceContext
        var requestID: String
        var principal: Principal?
        var metadata: [String: String]
        let peer: PeerName

        init(
            deadline: Deadline, trace: TraceContext, requestID: String, principal: Principal?,
            metadata: [String: String], peer: PeerName
        ) {
            self.deadline = deadline
            self.trace = trace
            self.requestID = requestID
            self.principal = principal
            self.metadata = metadata
            self.peer = peer
        }
    }

    package init(
        deadline: Deadline, trace: TraceContext, requestID: String = "", principal: Principal? = nil,
        metadata: [String: String] = [:], peer: PeerName = PeerName(rawValue: "")
    ) {
        storage = Storage(
            deadline: deadline, trace: trace, requestID: requestID, principal: principal, metadata: metadata, peer: peer
        )
    }

    package var deadline: Deadline {
        get { storage.deadline }
        set { own().deadline = newValue }
    }

    package var trace: TraceContext {
        get { storage.trace }
        set { own().trace = newValue }
    }

    /// The id the client of the whole suite sees as `x-request-id`. At most 255 bytes.
    package var requestID: String {
        get { storage.requestID }
        set { own().requestID = newValue }
    }

    package var principal: Principal? {
        get { storage.principal }
        set { own().principal = newValue }
    }

    /// Extra pairs; at most sixteen, keys in lower case.
    package var metadata: [String: String] {
        get { storage.metadata }
        set { own().metadata = newValue }
    }

    /// On a server: who called, by its certificate. On a client: who we are, when that is known.
    package var peer: PeerName { storage.peer }

    /// Fields to change, shared with nobody.
    private mutating func own() -> Storage {
        if !isKnownUniquelyReferenced(&storage) {
            storage = Storage(
                deadline: storage.deadline, trace: storage.trace, requestID: storage.requestID,
                principal: storage.principal, metadata: storage.metadata, peer: storage.peer)
        }
        return storage
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
