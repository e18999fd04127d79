// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import Primitives
import RPC
import Synchronization
import TLS
import TestKit
import Testing
import Transport
import Wire

/// A service whose answers tell whose they are, and which counts what was done.
final class BrokenNetworkService: Sendable {
    static let callers: Set<PeerName> = [.gateway]
    static let read = Method<EchoMessage, EchoMessage>(
        id: 1, name: "broken.Read", kind: .unary, isIdempotent: true, deadline: nil, callers: callers)
    static let change = Method<EchoMessage, EchoMessage>(
        id: 2, name: "broken.Change", kind: .unary, isIdempotent: false, deadline: nil, callers: callers)
    static let follow = Method<EchoMessage, EchoMessage>(
        id: 3, name: "broken.Follow", kind: .serverStreaming, isIdempotent: true, deadline: nil, callers: callers)
    static let talk = Method<EchoMessage, EchoMessage>(
        id: 4, name: "broken.Talk", kind: .bidirectional, isIdempotent: false, deadline: nil, callers: callers)
    static let events = 100

    static func event(_ index: Int, of name: String) -> String {
        "\(name) \(index) " + String(repeating: ".", count: index % 7 * 100)
    }

    /// How often each call with effects was made.
    let changed = Mutex<[String: Int]>([:])
    /// Handlers that have not returned.
    let running = Atomic<Int>(0)

    var table: MethodTable {
        var table = MethodTable()
        table.unary(Self.read) { request, _ in try await self.counted { request } }
        table.unary(Self.change) { request, _ in
            try await self.counted {
                self.changed.withLock { $0[request.text, default: 0] += 1 }
                await Task.yield()
                return request
            }
        }
        table.serverStreaming(Self.follow) { request, _, writer in
            try await self.counted {
                for index in 0..<Self.events {
                    try await writer.send(EchoMessage(Self.event(index, of: request.text)))
                }
            }
        }
        table.bidirectional(Self.talk) { _, reader, writer in
            try await self.counted { while let next = try await reader.nextEvent() { try await writer.send(next) } }
        }
        return table
    }

    private func counted<R>(_ body: () async throws -> R) async throws -> R {
        running.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { running.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        return try await body()
    }
}

/// A server and a client with a network between them that is not to be trusted.
enum BrokenNetwork {
    /// Silence is noticed soon here, so that a connection that stands still is left while its calls have time.
    static var limits: WireLimits {
        var limits = WireLimits.standard
        limits.handshakeTimeout = .milliseconds(500)
        limits.pingInterval = .milliseconds(300)
        limits.pingTimeout = .milliseconds(200)
        return limits
    }

    /// Runs `body`, ends everything and looks for what is left behind.
    static func run(
        _ service: BrokenNetworkService, seed: UInt64, limits: WireLimits = limits, plan: @escaping FaultProxy.Plan,
        _ body: @escaping @Sendable (RPCClient, FaultProxy) async throws -> Void
    ) async throws {
        let identities = try EchoIdentities.shared.get()
        let log = LineCounts()
        let logger = Logger(label: "broken-network") { _ in log }
        let server = RPCServer(
            table: service.table, listen: ServiceAddress(host: "127.0.0.1", port: 0),
            tls: try .server(identity: identities.server), group: TestLoops.contract, limits: limits,
            drainTime: .milliseconds(200), logger: logger)
        let port = try #require(try await server.bind().port)
        let proxy = FaultProxy(to: port, group: TestLoops.network, seed: seed, plan: plan)
        let reached = try await proxy.start()
        let connections = RPCConnections(
            service: .auth, addresses: [ServiceAddress(host: "127.0.0.1", port: reached)],
            tls: try .client(identity: identities.client), group: TestLoops.contract, limits: limits,
            drainTime: .milliseconds(200), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            try await connections.whileConnected { try await body($0, proxy) }
            await proxy.stop()
            server.stop()
            try await tasks.waitForAll()
        }
        // Sockets close on their loop a moment later; one that never does makes this wait for ever, which shows.
        while OpenSockets.count(port: port) + OpenSockets.count(port: reached) > 0 { await Task.yield() }
        // TLS lets nothing through that was changed on the way: the frames behind it never break a rule.
        #expect(log.count("peer broke the protocol") == 0, "SEED=\(seed): frames broke a rule behind TLS")
        #expect(connections.client.connectionCount == 0)
    }
}

/// The sockets of this machine, from the kernel.
enum OpenSockets {
    /// TCP sockets with this port at either end that some process still holds: those that only wait for late segments
    /// have no inode any more (proc_net_tcp.txt).
    static func count(port: Int) -> Int {
        guard let text = try? ChildProcess.run(["cat", "/proc/net/tcp"]) else { return 0 }
        let wanted = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: max(0, 4 - wanted.count)) + wanted
        return text.split(separator: "\n").dropFirst().count { line in
            let fields = line.split(separator: " ")
            return fields.count > 9 && (fields[1].hasSuffix(suffix) || fields[2].hasSuffix(suffix)) && fields[9] != "0"
        }
    }
}
