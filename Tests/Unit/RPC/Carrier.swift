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

/// What carries the calls of a contract test.
enum Carrier: String, CaseIterable, Sendable {
    case inProcess, mutualTLS

    static var all: [Carrier] { allCases }

    /// Starts an echo service, calls it as the gateway, and ends both.
    func run(_ body: @escaping @Sendable (RPCClient, EchoService) async throws -> Void) async throws {
        switch self {
        case .inProcess: try await inMemory(body)
        case .mutualTLS: try await overSockets(body)
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
        let connections = RPCConnections(
            service: .auth, addresses: [ServiceAddress(host: "127.0.0.1", port: port)],
            tls: try .client(identity: identities.client), group: group, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            defer { tasks.cancelAll() }
            try await connections.whileConnected { client in
                try await client.connected(until: .after(.seconds(20), from: SystemTime().now()))
                try await body(client, service)
            }
        }
    }
}

/// Loops of this target's tests, so that those which keep a loop busy do not slow down the others.
enum TestLoops {
    static let contract: any EventLoopGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
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
