// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// How many messages go each way.
package enum MethodKind: String, Sendable {
    case unary, serverStreaming, bidirectional
}

/// What is known of a method without knowing its messages: for tables, tools and settings.
///
/// A class, because every call holds on to one: a struct of its size would be copied and counted field by field.
package final class MethodDescription: Sendable {
    /// The number on the wire, given in the proto file and never used again for another method.
    package let id: UInt16
    /// `auth.VerifyKey`: the one name in proto, handler, client, test and metric.
    package let name: String
    package let kind: MethodKind
    /// Whether the call layer may repeat a call whose connection died before an answer.
    package let isIdempotent: Bool
    /// The longest a call may take; nil leaves it to the caller.
    package let deadline: Duration?
    /// The same in nanoseconds, worked out once.
    let deadlineNanoseconds: Int64?
    /// After how long without an answer the call layer may make the call a second time, elsewhere; nil for never.
    package let hedgeAfter: Duration?
    /// Whose certificates may call it.
    package let callers: Set<PeerName>
    /// Whether the stream carries token chunks beside its messages.
    package let carriesTokens: Bool

    package init(
        id: UInt16, name: String, kind: MethodKind, isIdempotent: Bool, deadline: Duration?, callers: Set<PeerName>,
        carriesTokens: Bool = false, hedgeAfter: Duration? = nil
    ) {
        // The generator refuses it in the proto files, so it can only be a table made by hand.
        precondition(hedgeAfter == nil || isIdempotent && kind == .unary, "\(name): may not be made twice")
        self.hedgeAfter = hedgeAfter
        self.id = id
        self.name = name
        self.kind = kind
        self.isIdempotent = isIdempotent
        self.deadline = deadline
        deadlineNanoseconds = deadline?.nanoseconds
        self.callers = callers
        self.carriesTokens = carriesTokens
    }
}

/// One callable method and its messages' types. Made by the generator from the proto files, in `Clients`.
package struct Method<Request: BinaryMessage, Response: BinaryMessage>: Sendable {
    package let description: MethodDescription

    package init(
        id: UInt16, name: String, kind: MethodKind, isIdempotent: Bool, deadline: Duration?, callers: Set<PeerName>,
        carriesTokens: Bool = false, hedgeAfter: Duration? = nil
    ) {
        description = MethodDescription(
            id: id, name: name, kind: kind, isIdempotent: isIdempotent, deadline: deadline, callers: callers,
            carriesTokens: carriesTokens, hedgeAfter: hedgeAfter)
    }

    package var id: UInt16 { description.id }
    package var name: String { description.name }
    package var kind: MethodKind { description.kind }
    package var isIdempotent: Bool { description.isIdempotent }
    package var deadline: Duration? { description.deadline }
    package var callers: Set<PeerName> { description.callers }
    package var carriesTokens: Bool { description.carriesTokens }
}
