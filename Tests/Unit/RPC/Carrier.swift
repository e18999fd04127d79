// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import NIOCore
import NIOPosix
import Primitives
import RPC
import TLS
import TestKit
import Testing
import Transport

/// What carries the calls of a contract test. The last three are mutual TLS over networks that are slow or cut what
/// they
/// carry into odd pieces, which no call may notice: `SEED=` chooses the pieces.
enum Carrier: String, CaseIterable, Sendable {
    case inProcess, mutualTLS, delayed, segmented, throttled

    static var all: [Carrier] { allCases }

    /// What the network does to either direction; nil without one.
    private var conditions: LinkConditions? {
        var conditions = LinkConditions()
        switch self {
        case .inProcess, .mutualTLS: return nil
        case .delayed:
            conditions.delay = .zero ... .milliseconds(3)
            conditions.gathering = .milliseconds(1)
        case .segmented: conditions.largestSegment = 16 << 10
        // The largest message of a test takes a tenth of a second.
        case .throttled: conditions.octetsPerSecond = 32 << 20
        }
        return conditions
    }

    /// Starts an echo service, calls it as the gateway, and ends both.
    func run(_ body: @escaping @Sendable (RPCClient, EchoService) async throws -> Void) async throws {
        switch self {
        case .inProcess: try await inMemory(body)
        default: try await overSockets(body)
        }
    }

    private func inMemory(_ body: (RPCClient, EchoService) async throws -> Void) async throws {
        let service = EchoService()
        let transport = InProcessTransport(table: service.table, caller: .gateway)
        defer { transport.close() }
        try await transport.client.connected(until: .after(.seconds(20), from: SystemTime().now()))
        try await body(transport.client, service)
    }

    private func overSockets(_ body: @escaping @Sendable (RPCClient, EchoService) async throws -> Void) async throws {
        let service = EchoService()
        let identities = try EchoIdentities.shared.get()
        let group = TestLoops.contract
        let logger = Logger(label: "contract")
        let server = RPCServer(
            table: service.table, listen: ServiceAddress(host: "127.0.0.1", port: 0),
            tls: try .server(identity: identities.server), group: group, drainTime: .seconds(2), logger: logger)
        let port = try #require(try await server.bind().port)
        let conditions = conditions
        let proxy = FaultProxy(to: port, group: TestLoops.network, seed: Seeds.first) { _, _, _ in conditions ?? .clear
        }
        let reached = conditions == nil ? port : try await proxy.start()
        let connections = RPCConnections(
            service: .auth, addresses: [ServiceAddress(host: "127.0.0.1", port: reached)],
            tls: try .client(identity: identities.client), group: group, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            defer { tasks.cancelAll() }
            try await connections.whileConnected { client in
                try await client.connected(until: .after(.seconds(20), from: SystemTime().now()))
                try await body(client, service)
            }
        }
        await proxy.stop()
    }
}

/// Loops of this target's tests, so that those which keep a loop busy do not slow down the others.
enum TestLoops {
    static let contract: any EventLoopGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    static let network: any EventLoopGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    static let rawPeers = LoopExecutor.of(MultiThreadedEventLoopGroup(numberOfThreads: 1).next())
}

/// One authority with two identities for all tests of this target: making keys takes time.
struct EchoIdentities: Sendable {
    var authority: TestAuthority
    var server: TLSIdentity
    var client: TLSIdentity

    static let shared = Result {
        let authority = try TestAuthority()
        return EchoIdentities(
            authority: authority, server: try authority.identity("auth"), client: try authority.identity("gateway"))
    }
}
