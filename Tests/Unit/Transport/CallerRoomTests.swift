// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives
import RPC
import Synchronization
import TLS
import TestKit
import Testing
import Transport
import Wire

/// Goal: a caller that runs wild over several connections is stopped at its own bound, and nobody else is.
@Suite(.timeLimit(.minutes(2))) struct CallerRoomTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.shared.get() }

    /// Runs a server with room for two calls of a name (one, of an admin tool) and two connections of the gateway.
    private func running(
        _ service: LineService, table: MethodTable? = nil,
        _ body: @escaping @Sendable (_ port: Int, RPCClient, RPCClient) async throws -> Void
    ) async throws {
        let fixture = fixture
        var limits = WireLimits.standard
        limits.callerCalls = 2
        limits.toolCalls = 1
        let server = fixture.makeServer(table ?? service.table, limits: limits, drainTime: .zero)
        let port = try #require(try await server.bind().port)
        let other = fixture.makeConnections(port)
        try await fixture.running([server], fixture.makeConnections(port)) { first in
            try await other.whileConnected { second in
                try await fixture.ready(first)
                try await fixture.ready(second)
                try await body(port, first, second)
            }
        }
    }

    private func read(_ client: RPCClient, _ text: String = "x") async throws -> Line {
        try await client.unary(LineService.read, Line(text), fixture.context())
    }

    /// Waits until a call of the gateway is let in again; false when it is not for any other reason than the bound.
    private func isLetIn(_ client: RPCClient) async throws -> Bool {
        let end: Deadline = .after(.seconds(20), from: SystemTime().now())
        while end.nanosecondsLeft(at: SystemTime().now()) > 0 {
            guard let failure = await caught({ _ = try await read(client) }) else { return true }
            guard failure.reason == "caller_limit" else { return false }
            await Task.yield()
        }
        return false
    }

    @Test func connectionsOfOneNameShareTheirRoomAndNobodyElses() async throws {
        let service = LineService()
        let fixture = fixture
        let table = try service.table.withCallers(["line.Read": [.gateway, .billing, .billing.admin]])
        let billing = try TLSContext.client(identity: fixture.authority.identity("billing"))
        let tool = try TLSContext.client(identity: fixture.authority.identity("billing-admin"))
        try await running(service, table: table) { port, first, second in
            async let one = read(first, "wait")
            async let two = read(second, "wait")
            while service.calls.load(ordering: .relaxed) < 2 { await Task.yield() }
            for client in [first, second] {
                let failure = await caught { _ = try await read(client) }
                #expect(failure?.code == .resourceExhausted)
                #expect(failure?.reason == "caller_limit")
                #expect(failure?.retry == .now)
            }
            try await fixture.makeConnections(port, tls: billing).whileConnected { client in
                let answer = try await read(client)
                #expect(answer.text == "a")
            }
            try await fixture.makeConnections(port, tls: tool).whileConnected { client in
                async let only = read(client, "wait")
                while service.calls.load(ordering: .relaxed) < 4 { await Task.yield() }
                let failure = await caught { _ = try await read(client) }
                #expect(failure?.reason == "caller_limit")
                service.open()
                _ = try await only
            }
            _ = try await (one, two)
            #expect(try await isLetIn(first))
            #expect(try await isLetIn(second))
        }
    }

    /// Goal: a handler gives its room back also when its caller has left it.
    @Test func roomComesBackFromCallsThatAreCutShort() async throws {
        let service = LineService()
        try await running(service) { _, first, second in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<2 { tasks.addTask { _ = await caught { _ = try await read(first, "wait") } } }
                while service.calls.load(ordering: .relaxed) < 2 { await Task.yield() }
                #expect(await caught { _ = try await read(second) }?.reason == "caller_limit")
                tasks.cancelAll()
                try await tasks.waitForAll()
            }
            #expect(try await isLetIn(second))
            // All of it, and not one more.
            async let one = caught { _ = try await read(first, "wait") }
            while service.calls.load(ordering: .relaxed) < 4 { await Task.yield() }
            #expect(try await isLetIn(second))
            async let two = caught { _ = try await read(first, "wait") }
            while service.calls.load(ordering: .relaxed) < 6 { await Task.yield() }
            #expect(await caught { _ = try await read(second) }?.reason == "caller_limit")
            service.open()
            #expect(await one == nil)
            #expect(await two == nil)
        }
    }
}
