// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Loops
import Messages
import NIOPosix
import Primitives
import RPC
import TLS
import Transport

/// The calling process: many tasks on one loop.
struct BenchmarkClient {
    var folder: String
    var port: Int
    /// Calls in flight, streams or idle connections.
    var count: Int
    var connections: Int
    var seconds: Double
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    /// Handshakes at a time: fewer than a server takes from strangers.
    private static let handshakes = 50

    func run(_ role: Role) async throws {
        let tally = Tally()
        let observer = BenchmarkObserver(tally: role == .open ? nil : tally)
        let loop = LoopExecutor.of(Self.group.next())
        try await withConnections(max(1, connections), observer) { clients in
            try await withTaskExecutorPreference(loop) {
                switch role {
                case .idle: try await self.idle(clients[0], observer)
                case .open: try await self.open(clients[0], tally)
                default: try await self.load(role, clients, tally)
                }
            }
        }
    }

    // MARK: Load

    private func load(_ role: Role, _ clients: [RPCClient], _ tally: Tally) async throws {
        let loop = LoopExecutor.of(Self.group.next())
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for index in 0..<count {
                tasks.addTask(executorPreference: loop) {
                    try await self.work(role, clients[index % clients.count], tally)
                }
            }
            // The first half second warms caches and windows and is not counted.
            try await Task.sleep(for: .milliseconds(500))
            phase("BEGIN")
            tally.begin()
            try await Task.sleep(for: .seconds(seconds))
            phase("END", tally.end())
            exit(0)
        }
    }

    private func work(_ role: Role, _ client: RPCClient, _ tally: Tally) async throws {
        let context = Self.makeContext(isSampled: role != .unsampled)
        switch role {
        case .calls, .unsampled:
            let request = Octets(count: Role.messageSize)
            while !tally.isOver {
                _ = try await client.unary(BenchmarkMethods.echo, request, context())
                tally.count()
            }
        case .verifyKey:
            let request = VerifyKeyRequest(keyHash: Array(repeating: 7, count: 32))
            while !tally.isOver {
                _ = try await client.unary(BenchmarkMethods.verifyKey, request, context())
                tally.count()
            }
        default:
            var context = context()
            context.deadline = .distantFuture
            try await client.serverStreaming(
                BenchmarkMethods.stream, Octets(count: Role.streamedSize), context
            ) { reader in
                while !tally.isOver, try await reader.next() != nil { tally.count() }
            }
        }
    }

    /// Metadata as the gateway sends it, and a deadline of its own for each call.
    private static func makeContext(isSampled: Bool) -> () -> CallContext {
        let ids = SystemIdentifiers()
        let clock = SystemTime()
        let principal = Principal(
            organisation: ids.make(), project: ids.make(), user: ids.make(), key: ids.make(), plan: .enterprise,
            scopes: ["chat:write", "files:*"])
        return {
            CallContext(
                deadline: .after(.seconds(10), from: clock.now()),
                trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: isSampled),
                requestID: "req_0123456789", principal: principal)
        }
    }

    // MARK: Memory

    /// Connections that do nothing after one call.
    private func idle(_ client: RPCClient, _ observer: BenchmarkObserver) async throws {
        let context = Self.makeContext(isSampled: false)
        _ = try await client.unary(BenchmarkMethods.echo, Octets(count: 1), context())
        phase("BEGIN")
        try await withConnections(count, observer) { _ in
            try await Task.sleep(for: .seconds(1))
            phase("IDLE")
            exit(0)
        }
    }

    /// Streams that have got one message and wait; then a message each second.
    private func open(_ client: RPCClient, _ tally: Tally) async throws {
        let makeContext = Self.makeContext(isSampled: true)
        for _ in 0..<100 { _ = try await client.unary(BenchmarkMethods.echo, Octets(count: 1), makeContext()) }
        tally.perStream = Array(repeating: 0, count: count)
        // Its table must be there before memory is read.
        tally.begin()
        phase("BEGIN")
        let loop = LoopExecutor.of(Self.group.next())
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for index in 0..<count {
                var context = makeContext()
                context.deadline = .distantFuture
                tasks.addTask(executorPreference: loop) { [context] in
                    try await self.listen(client, index, tally, context)
                }
                if index % 200 == 199 { try await Task.sleep(for: .milliseconds(20)) }
            }
            while tally.messages < count { try await Task.sleep(for: .milliseconds(50)) }
            try await Task.sleep(for: .seconds(1))
            phase("IDLE")
            _ = try await client.unary(BenchmarkMethods.flow, Octets(count: 1), makeContext())
            try await Task.sleep(for: .seconds(2))
            tally.begin()
            try await Task.sleep(for: .seconds(seconds))
            phase("FLOWING", tally.end())
            exit(0)
        }
    }

    private func listen(_ client: RPCClient, _ index: Int, _ tally: Tally, _ context: CallContext) async throws {
        var request = Octets(count: Role.streamedSize)
        request.bytes[0] = BenchmarkMethods.isPaced
        let clock = SystemTime()
        try await client.serverStreaming(BenchmarkMethods.stream, request, context) { reader in
            var last = clock.now()
            while try await reader.next() != nil {
                let now = clock.now()
                tally.count()
                tally.add(started: last, ended: now)
                tally.perStream[index] += 1
                last = now
            }
        }
    }

    // MARK: Connections

    private func withConnections(
        _ number: Int, _ observer: BenchmarkObserver, _ body: @Sendable ([RPCClient]) async throws -> Void
    ) async throws {
        let tls = try TLSContext.client(identity: .benchmark(folder, "gateway"))
        let all = (0..<number).map { _ in
            RPCConnections(
                service: .auth, addresses: [ServiceAddress(host: "127.0.0.1", port: port)], tls: tls,
                group: Self.group, observer: observer, logger: .quiet)
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for first in stride(from: 0, to: all.count, by: Self.handshakes) {
                let some = all[first..<min(all.count, first + Self.handshakes)]
                for connections in some { tasks.addTask { try await connections.run() } }
                for connections in some {
                    try await connections.client.connected(until: .after(.seconds(10), from: SystemTime().now()))
                }
            }
            try await body(all.map(\.client))
            tasks.cancelAll()
        }
    }
}
