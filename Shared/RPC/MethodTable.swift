// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What a service answers: its methods with their handlers. Filled once, when the service is put together.
///
/// A handler throws `Failure`; anything else becomes `internal`, is logged with its cause and counted. It runs on the
/// connection's loop: long computing must leave it.
package struct MethodTable: Sendable {
    private(set) var methods: [UInt16: ServedMethod] = [:]

    package init() {}

    package mutating func unary<Q, R>(
        _ method: Method<Q, R>,
        _ handler: nonisolated(nonsending) @escaping @Sendable (Q, CallContext) async throws -> R
    ) {
        add(
            ServedMethod(description: method.description) { call, bytes throws(DecodeFailure) in
                let request = try Q(decoding: bytes)
                call.run { call in
                    let reply = try await handler(request, call.context)
                    if try !call.replyNow(reply) { try await call.reply(reply) }
                }
            })
    }

    package mutating func serverStreaming<Q, E>(
        _ method: Method<Q, E>,
        _ handler: nonisolated(nonsending) @escaping @Sendable (Q, CallContext, StreamWriter<E>) async throws -> Void
    ) {
        add(
            ServedMethod(description: method.description) { call, bytes throws(DecodeFailure) in
                let request = try Q(decoding: bytes)
                call.run { call in
                    try await handler(request, call.context, StreamWriter(stream: call))
                    call.finish()
                }
            })
    }

    package mutating func bidirectional<Q, E>(
        _ method: Method<Q, E>,
        _ handler:
            nonisolated(nonsending) @escaping @Sendable (CallContext, StreamReader<Q>, StreamWriter<E>)
            async throws -> Void
    ) {
        add(
            ServedMethod(description: method.description) { call, _ in
                call.run { call in
                    try await handler(call.context, StreamReader(stream: call), StreamWriter(stream: call))
                    call.finish()
                }
            })
    }

    /// Adds another table's methods, as a service with an admin interface does.
    package mutating func merge(_ other: MethodTable) {
        for method in other.methods.values { add(method) }
    }

    /// All methods, by number.
    package var descriptions: [MethodDescription] {
        methods.values.map(\.description).sorted { $0.id < $1.id }
    }

    /// Who may call what, with `overrides` (method name to callers) instead of what the proto files say.
    /// - Throws: One failure that lists everything wrong: methods not served here, names no certificate carries.
    package func withCallers(_ overrides: [String: Set<PeerName>]) throws(Failure) -> MethodTable {
        var wrong: [String] = []
        var table = self
        for (name, callers) in overrides.sorted(by: { $0.key < $1.key }) {
            for caller in callers.subtracting(PeerName.known).map(\.rawValue).sorted() {
                wrong.append("\(name): no certificate carries the name '\(caller)'")
            }
            guard let known = methods.values.first(where: { $0.description.name == name }) else {
                wrong.append("\(name): no such method here")
                continue
            }
            table.methods[known.description.id] = known.allowing(callers)
        }
        guard wrong.isEmpty else {
            throw Failure(
                .invalidArgument, "The table of callers is wrong.", reason: "bad_callers",
                detail: wrong.joined(separator: "; "))
        }
        return table
    }

    private mutating func add(_ method: ServedMethod) {
        // Two methods with one number is a mistake of the one who put the service together; the generator refuses it
        // in the proto files, so it can only be the same table merged twice.
        precondition(methods[method.description.id] == nil, "\(method.description.name): number taken twice")
        methods[method.description.id] = method
    }
}

/// One method with its handler, types erased.
final class ServedMethod: Sendable {
    let description: MethodDescription
    /// Decodes the request and starts the handler.
    let start: @Sendable (ServerCall, UnsafeRawBufferPointer) throws(DecodeFailure) -> Void

    init(
        description: MethodDescription,
        start: @escaping @Sendable (ServerCall, UnsafeRawBufferPointer) throws(DecodeFailure) -> Void
    ) {
        self.description = description
        self.start = start
    }

    func allowing(_ callers: Set<PeerName>) -> ServedMethod {
        ServedMethod(
            description: MethodDescription(
                id: description.id, name: description.name, kind: description.kind,
                isIdempotent: description.isIdempotent, deadline: description.deadline, callers: callers,
                carriesTokens: description.carriesTokens, hedgeAfter: description.hedgeAfter),
            start: start)
    }
}
