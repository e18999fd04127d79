// SPDX-License-Identifier: Apache-2.0

import Foundation
import Loops
import Messages
import NIOPosix
import Primitives
import RPC
import RawEcho
import TLS
import Transport

/// The calling process: sixty-four tasks on one loop and one connection.
struct BenchmarkClient {
    var folder: String
    var port: Int
    var server: Int32
    var seconds: Double

    /// `@unchecked Sendable`: touched on the loop only.
    private final class Count: @unchecked Sendable {
        var messages: UInt64 = 0
        var isOver = false
    }

    func run(_ role: Role) async throws -> raw_result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = LoopExecutor.of(group.next())
        let connections = RPCConnections(
            service: .auth, addresses: [ServiceAddress(host: "127.0.0.1", port: port)],
            tls: try .client(identity: .benchmark(folder, "gateway")), group: group, observer: CountingObserver(),
            logger: .quiet)
        let count = Count()
        return try await connections.whileConnected { client in
            try await client.connected(until: .after(.seconds(5), from: SystemTime().now()))
            return try await withTaskExecutorPreference(loop) {
                try await withThrowingTaskGroup(of: raw_result?.self) { tasks in
                    for _ in 0..<Role.concurrency {
                        tasks.addTask(executorPreference: loop) {
                            try await self.work(role, client, count)
                            return nil
                        }
                    }
                    tasks.addTask(executorPreference: loop) { try await self.measure(count) }
                    var result = raw_result()
                    while let next = try await tasks.next() {
                        if let next { result = next }
                    }
                    return result
                }
            }
        }
    }

    private func measure(_ count: Count) async throws -> raw_result {
        // The first half second warms caches and windows and is not counted.
        try await Task.sleep(for: .milliseconds(500))
        let clock = SystemTime()
        let started = clock.now()
        let before = count.messages
        let client = raw_cpu_of(getpid())
        let other = raw_cpu_of(server)
        try await Task.sleep(for: .seconds(seconds))
        let result = raw_result(
            seconds: (clock.now() - started).inSeconds, messages: count.messages - before,
            client_cpu: raw_cpu_of(getpid()) - client, server_cpu: raw_cpu_of(server) - other)
        count.isOver = true
        return result
    }

    private func work(_ role: Role, _ client: RPCClient, _ count: Count) async throws {
        let ids = SystemIdentifiers()
        let principal = Principal(
            organisation: ids.make(), project: ids.make(), user: ids.make(), key: ids.make(), plan: .enterprise,
            scopes: ["chat:write", "files:*"])
        let clock = SystemTime()
        func context() -> CallContext {
            CallContext(
                deadline: .after(.seconds(10), from: clock.now()),
                trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: true),
                requestID: "req_0123456789", principal: principal)
        }
        switch role {
        case .calls:
            let request = Octets(count: Role.messageSize)
            while !count.isOver {
                _ = try await client.unary(BenchmarkMethods.echo, request, context())
                count.messages += 1
            }
        case .verifyKey:
            let request = VerifyKeyRequest(keyHash: Array(repeating: 7, count: 32))
            while !count.isOver {
                _ = try await client.unary(BenchmarkMethods.verifyKey, request, context())
                count.messages += 1
            }
        default:
            var context = context()
            context.deadline = .distantFuture
            try await client.serverStreaming(
                BenchmarkMethods.stream, Octets(count: Role.streamedSize), context
            ) { reader in
                while !count.isOver, try await reader.next() != nil { count.messages += 1 }
            }
        }
    }
}
