// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC
import Synchronization
import TestKit

/// Does what its callers' plans say, and keeps books of it.
final class PlannedService: Sendable {
    static let callers: Set<PeerName> = [.gateway]
    static let read = Method<EchoMessage, EchoMessage>(
        id: 1, name: "planned.Read", kind: .unary, isIdempotent: true, deadline: nil, callers: callers)
    static let change = Method<EchoMessage, EchoMessage>(
        id: 2, name: "planned.Change", kind: .unary, isIdempotent: false, deadline: nil, callers: callers)
    static let follow = Method<EchoMessage, EchoMessage>(
        id: 3, name: "planned.Follow", kind: .serverStreaming, isIdempotent: true, deadline: nil, callers: callers)
    static let talk = Method<EchoMessage, EchoMessage>(
        id: 4, name: "planned.Talk", kind: .bidirectional, isIdempotent: false, deadline: nil, callers: callers)

    struct Unexpected: Error {}

    /// How often each call's handler has begun.
    let begun = Mutex<[String: Int]>([:])
    /// Handlers that have not returned.
    let running = Atomic<Int>(0)

    var table: MethodTable {
        var table = MethodTable()
        for method in [Self.read, Self.change] {
            table.unary(method) { request, _ in
                try await self.kept(request) { plan in
                    try await Self.end(plan)
                    return EchoMessage(plan.element(0))
                }
            }
        }
        table.serverStreaming(Self.follow) { request, _, writer in
            try await self.kept(request) { plan in
                for index in 0..<plan.count {
                    for _ in 0..<plan.writerPause { await Task.yield() }
                    try await writer.send(EchoMessage(plan.element(index)))
                }
                try await Self.end(plan)
            }
        }
        table.bidirectional(Self.talk) { _, reader, writer in
            guard let request = try await reader.nextEvent() else { throw Unexpected() }
            try await self.kept(request) { plan in
                var echoed = 0
                while !plan.serverEndsFirst || echoed < plan.count / 2, let message = try await reader.nextEvent() {
                    for _ in 0..<plan.writerPause { await Task.yield() }
                    try await writer.send(message)
                    echoed += 1
                }
                if !plan.serverEndsFirst { try await writer.send(EchoMessage(CallPlan.farewell)) }
                try await Self.end(plan)
            }
        }
        return table
    }

    private func kept<R>(_ request: EchoMessage, _ body: (CallPlan) async throws -> R) async throws -> R {
        running.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { running.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        guard let plan = CallPlan(reading: request.text) else { throw Unexpected() }
        begun.withLock { $0[plan.name, default: 0] += 1 }
        return try await body(plan)
    }

    private static func end(_ plan: CallPlan) async throws {
        switch plan.work {
        case .answers: return
        case .fails: throw Failure(.aborted, "As planned.", reason: "planned")
        case .crashes: throw Unexpected()
        case .waits: try await Latch().wait()
        }
    }
}
