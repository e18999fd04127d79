// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Primitives
import RPC
import Synchronization
import TestKit
import Testing
import Transport

/// Takes lines for as long as they come; those that say so not before they are told to.
private final class Sink: Sendable {
    static let method = Method<Line, Line>(
        id: 9, name: "line.Sink", kind: .bidirectional, isIdempotent: true, deadline: nil, callers: LineService.callers)
    let gate = Latch()
    let taken = Atomic<Int>(0)

    var table: MethodTable {
        var table = LineService().table
        table.bidirectional(Self.method) { _, inputs, _ in
            while case .event(let line) = try await inputs.next() {
                self.taken.wrappingAdd(1, ordering: .relaxed)
                if line.text.hasPrefix("wait") { try await self.gate.wait() }
            }
        }
        return table
    }
}

/// Goal: what is large does not stand in front of what is small.
@Suite(.serialized) struct BulkTests {
    private let fixture: Fixture
    private let sink = Sink()

    init() throws { fixture = try Fixture.shared.get() }

    private func running(
        unusedTime: Duration = .seconds(60), _ body: @escaping @Sendable (RPCConnections) async throws -> Void
    ) async throws {
        let server = fixture.makeServer(sink.table, drainTime: .zero)
        let port = try #require(try await server.bind().port)
        // Loops of its own: what the two ends share besides the connection is not what is compared.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let connections = fixture.makeConnections(
            [.address(ServiceAddress(host: "127.0.0.1", port: port))], ScriptedResolver(), group: group,
            bulkUnusedTime: unusedTime)
        try await fixture.running([server], connections) { client in
            try await self.fixture.ready(client)
            try await body(connections)
        }
        try await group.shutdownGracefully()
    }

    @Test func aBulkConnectionLivesAsLongAsItIsUsed() async throws {
        let fixture = fixture
        try await running(unusedTime: .milliseconds(20)) { connections in
            #expect(connections.bulk.connectionCount == 0)
            let pinned = try #require(connections.bulk(pinnedTo: connections.addresses[0]))
            for client in [connections.bulk, pinned] {
                _ = try await client.unary(LineService.read, Line("x"), fixture.context())
                while connections.bulk.connectionCount > 0 { await Task.yield() }
            }
            // One with a call that runs is in use, however long it says nothing.
            let sink = self.sink
            async let call: Void = connections.bulk.bidirectional(Sink.method, fixture.context()) { writer, reader in
                try await writer.send(Line("wait"))
                writer.finish()
                while case .event = try await reader.next() {}
            }
            while sink.taken.load(ordering: .relaxed) < 1 { await Task.yield() }
            let before = SystemTime().now()
            while SystemTime().now() - before < .milliseconds(60) { await Task.yield() }
            #expect(connections.bulk.connectionCount == 1)
            sink.gate.open()
            try await call
            #expect(connections.client.connectionCount == 1)
        }
    }

    /// Receivers that do not read stop their own calls: on a connection of their own, and on the same one too.
    @Test func smallCallsPassBulkThatNobodyReads() async throws {
        let fixture = fixture
        let sink = sink
        try await running { connections in
            for client in [connections.bulk, connections.client] {
                await withTaskGroup(of: Void.self) { tasks in
                    let block = Line("wait" + String(repeating: "x", count: 60_000))
                    let streams = 80  // of 64 KiB each: more than the connection's 4 MiB
                    let goal = sink.taken.load(ordering: .relaxed) + 60
                    for _ in 0..<streams {
                        tasks.addTask {
                            try? await client.bidirectional(Sink.method, fixture.context()) { writer, reader in
                                for _ in 0..<2 { try await writer.send(block) }
                                while case .event = try await reader.next() {}
                            }
                        }
                    }
                    while sink.taken.load(ordering: .relaxed) < goal { await Task.yield() }
                    let failure = await caught {
                        for _ in 0..<5 {
                            _ = try await connections.client.unary(LineService.read, Line("x"), fixture.context())
                        }
                    }
                    #expect(failure == nil)
                    tasks.cancelAll()
                }
            }
        }
    }

    @Test func smallCallsAreFasterBesideBulkThanBehindIt() async throws {
        // A busy machine can hide the difference once; bulk on the same connection hides it every time.
        var (beside, behind) = try await medians()
        for _ in 0..<2 where behind <= beside * 1.5 { (beside, behind) = try await medians() }
        #expect(behind > beside * 1.5, "beside \(beside), behind \(behind)")
    }

    /// How long a small call takes beside bulk on another connection, and behind bulk on its own.
    private func medians() async throws -> (beside: Duration, behind: Duration) {
        let fixture = fixture
        let sink = sink
        let found = Mutex<(beside: Duration, behind: Duration)?>(nil)
        try await running { connections in
            // In turns, and the best of each: a neighbour's busy moment is in none of them or in both.
            var medians: [[Duration]] = [[], []]
            for round in 0..<6 {
                let client = round % 2 == 0 ? connections.bulk : connections.client
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    let block = Line(String(repeating: "x", count: 1 << 20))
                    for _ in 0..<16 {
                        tasks.addTask {
                            try? await client.bidirectional(Sink.method, fixture.context()) { writer, _ in
                                while true { try await writer.send(block) }
                            }
                        }
                    }
                    let goal = sink.taken.load(ordering: .relaxed) + 64
                    while sink.taken.load(ordering: .relaxed) < goal { await Task.yield() }
                    var times: [Duration] = []
                    for _ in 0..<15 {
                        let start = SystemTime().now()
                        _ = try await connections.client.unary(LineService.read, Line("x"), fixture.context())
                        times.append(SystemTime().now() - start)
                    }
                    medians[round % 2].append(times.sorted()[7])
                    tasks.cancelAll()
                }
            }
            let (beside, behind) = (try #require(medians[0].min()), try #require(medians[1].min()))
            found.withLock { $0 = (beside, behind) }
        }
        return try #require(found.withLock { $0 })
    }
}
