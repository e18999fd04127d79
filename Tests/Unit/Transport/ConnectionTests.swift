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

/// What holds between processes: who may connect, what is lost when one goes, what waits for it to come back.
@Suite struct ConnectionTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.shared.get() }

    /// Runs servers and clients while `body` runs.
    private func running(
        _ servers: [RPCServer], _ connections: RPCConnections,
        _ body: @escaping @Sendable (RPCClient) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for server in servers { tasks.addTask { try await server.run() } }
            defer { tasks.cancelAll() }
            try await connections.whileConnected(body)
        }
    }

    @Test func aPeerWithoutANameOfOursIsRefused() async throws {
        let fixture = fixture
        let server = fixture.makeServer(LineService().table)
        let port = try #require(try await server.bind().port)
        let stranger = try TLSContext.client(identity: fixture.authority.identity("somebody"))
        try await running([server], fixture.makeConnections(port, tls: stranger)) { client in
            let failure = await caught {
                _ = try await client.unary(LineService.read, Line("x"), fixture.context(.milliseconds(300)))
            }
            #expect(failure?.code == .unavailable || failure?.code == .deadlineExceeded)
        }
    }

    @Test func aServerThatIsNotTheOneMeantIsRefused() async throws {
        let fixture = fixture
        let service = LineService()
        let server = fixture.makeServer(service.table)
        let port = try #require(try await server.bind().port)
        try await running([server], fixture.makeConnections(port, service: .billing)) { client in
            let failure = await caught {
                _ = try await client.unary(LineService.read, Line("x"), fixture.context(.milliseconds(300)))
            }
            #expect(failure?.code == .unavailable)
            #expect(service.calls.load(ordering: .relaxed) == 0)
        }
    }

    @Test func settingsMayNameOtherCallersButOnlyKnownOnes() async throws {
        let fixture = fixture
        let table = LineService().table
        let failure = #expect(throws: Failure.self) {
            _ = try table.withCallers([
                "line.Read": [PeerName(rawValue: "nobody")], "line.Absent": [.gateway],
            ])
        }
        #expect(failure?.detail?.contains("nobody") == true)
        #expect(failure?.detail?.contains("line.Absent") == true)
        let server = fixture.makeServer(try table.withCallers(["line.Read": [.billing]]))
        let port = try #require(try await server.bind().port)
        try await running([server], fixture.makeConnections(port)) { client in
            let failure = await caught { _ = try await client.unary(LineService.read, Line("x"), fixture.context()) }
            #expect(failure?.code == .permissionDenied)
            _ = try await client.unary(LineService.write, Line("x"), fixture.context())
        }
    }

    @Test func aCallWaitsForItsServiceUntilItsDeadline() async throws {
        let fixture = fixture
        let probe = fixture.makeServer(LineService().table)
        let port = try #require(try await probe.bind().port)
        probe.stop()
        try await probe.run()
        let server = fixture.makeServer(LineService().table, port: port)
        try await fixture.makeConnections(port).whileConnected { client in
            let failure = await caught {
                _ = try await client.unary(LineService.read, Line("x"), fixture.context(.milliseconds(80)))
            }
            #expect(failure?.code == .unavailable)
            async let late = client.unary(LineService.read, Line("x"), fixture.context())
            async let run: Void = server.run()
            let answer = try await late
            #expect(answer.text == "a")
            server.stop()
            try await run
        }
    }

    /// Goal: a server that dies takes only calls with effects with it, and those say so.
    @Test func onlyIdempotentCallsAreMadeAgainElsewhere() async throws {
        let fixture = fixture
        let services = [LineService("a"), LineService("b")]
        let servers = services.map { fixture.makeServer($0.table, drainTime: .zero) }
        let ports = [try #require(try await servers[0].bind().port), try #require(try await servers[1].bind().port)]
        let connections = fixture.makeConnections(ports[0], ports[1])
        services[1].open()
        try await running(servers, connections) { _ in
            let onlyA = try #require(connections.client(pinnedTo: connections.addresses[0]))
            try await fixture.ready(connections.client, connections: 2)
            try await withThrowingTaskGroup(of: Failure?.self) { tasks in
                // Equals take turns, so one of the first two calls goes to "a" and stays there.
                for _ in 0..<4 {
                    tasks.addTask {
                        let answer = try await connections.client.unary(
                            LineService.read, Line("wait"), fixture.context())
                        #expect(answer.text == "b")
                        return nil
                    }
                }
                while services[0].calls.load(ordering: .relaxed) < 1 { await Task.yield() }
                tasks.addTask {
                    await caught { _ = try await onlyA.unary(LineService.write, Line("wait"), fixture.context()) }
                }
                while services[0].calls.load(ordering: .relaxed) < 2 { await Task.yield() }
                servers[0].stop()
                var failures: [Failure] = []
                for try await failure in tasks { if let failure { failures.append(failure) } }
                #expect(failures.map(\.code) == [.unavailable])
            }
        }
    }

    @Test func aPinnedClientCallsItsOwnAddressOnly() async throws {
        let fixture = fixture
        let servers = ["a", "b"].map { fixture.makeServer(LineService($0).table) }
        let ports = [try #require(try await servers[0].bind().port), try #require(try await servers[1].bind().port)]
        let connections = fixture.makeConnections(ports[0], ports[1])
        try await running(servers, connections) { client in
            try await fixture.ready(client, connections: 2)
            for (index, name) in ["a", "b"].enumerated() {
                let pinned = try #require(connections.client(pinnedTo: connections.addresses[index]))
                for _ in 0..<10 {
                    let answer = try await pinned.unary(LineService.read, Line("x"), fixture.context())
                    #expect(answer.text == name)
                }
            }
            var seen: Set<String> = []
            for _ in 0..<10 {
                seen.insert(try await client.unary(LineService.read, Line("x"), fixture.context()).text)
            }
            #expect(seen == ["a", "b"], "equals take turns")
        }
    }

    @Test func aStoppingServerFinishesItsCalls() async throws {
        let fixture = fixture
        let service = LineService()
        let server = fixture.makeServer(service.table)
        let port = try #require(try await server.bind().port)
        let stopped = Flag()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await server.run()
                stopped.set()
            }
            try await fixture.makeConnections(port).whileConnected { client in
                try await fixture.ready(client)
                async let answer = client.unary(LineService.write, Line("wait"), fixture.context())
                let last = try await client.serverStreaming(LineService.follow, Line("wait"), fixture.context()) {
                    reader in
                    _ = try await reader.nextEvent()
                    server.stop()
                    while client.isConnected { await Task.yield() }
                    let isOver = stopped.isSet
                    #expect(!isOver)
                    service.open()
                    return try await reader.nextEvent()
                }
                #expect(last?.text == "last")
                let text = try await answer.text
                #expect(text == "a")
            }
            try await tasks.waitForAll()
        }
    }

    @Test func aRestartedServerIsFoundAgain() async throws {
        let fixture = fixture
        let first = fixture.makeServer(LineService("first").table, drainTime: .zero)
        let port = try #require(try await first.bind().port)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await first.run() }
            try await fixture.makeConnections(port).whileConnected { client in
                let answer = try await client.unary(LineService.read, Line("x"), fixture.context())
                #expect(answer.text == "first")
            }
            first.stop()
            try await tasks.waitForAll()
            let second = fixture.makeServer(LineService("second").table, port: port)
            try await running([second], fixture.makeConnections(port)) { client in
                let answer = try await client.unary(LineService.read, Line("x"), fixture.context())
                #expect(answer.text == "second")
            }
        }
    }
}
