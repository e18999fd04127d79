// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import NIOPosix
import Primitives
import RPC
import Synchronization
import TestKit
import Testing
import Transport

/// Goal: with several loops on both sides every loop has its share, and a call stays on the loop it was made on.
@Suite struct SeveralLoopsTests {
    private static let count = 4

    private let fixture: Fixture

    init() throws { fixture = try Fixture.shared.get() }

    @Test func connectionsAndCallsAreSpreadEvenly() async throws {
        let fixture = fixture
        let serving = MultiThreadedEventLoopGroup(numberOfThreads: Self.count)
        let calling = MultiThreadedEventLoopGroup(numberOfThreads: Self.count)
        let servingLoops = serving.makeIterator().map { LoopExecutor.of($0) }
        let callingLoops = calling.makeIterator().map { LoopExecutor.of($0) }
        // The answer says which of the server's loops has served the call.
        var table = MethodTable()
        table.unary(LineService.read) { _, _ in
            Line(servingLoops.firstIndex { $0.isCurrent }.map(String.init) ?? "none")
        }
        let server = RPCServer(
            table: table, listen: ServiceAddress(host: "127.0.0.1", port: 0), tls: fixture.server, group: serving,
            drainTime: .zero, logger: fixture.logger)
        let address = ServiceAddress(host: "127.0.0.1", port: try #require(try await server.bind().port))
        // Two processes' worth of clients, each with a connection from each of its four loops.
        let clients = (0..<2).map { _ in
            fixture.makeConnections([.address(address)], ScriptedResolver(), group: calling)
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            for client in clients { tasks.addTask { try await client.run() } }
            defer { tasks.cancelAll() }
            var served: [String: Int] = [:]
            for connections in clients {
                let client = connections.client
                while client.connectionCount < Self.count { await Task.yield() }
                for loop in callingLoops {
                    let answers = try await withTaskExecutorPreference(loop) {
                        var answers: [String] = []
                        for _ in 0..<25 {
                            answers.append(try await client.unary(LineService.read, Line("x"), fixture.context()).text)
                            #expect(loop.isCurrent)
                        }
                        return answers
                    }
                    #expect(Set(answers).count == 1, "a loop's calls go by its own connection")
                    served[answers[0], default: 0] += answers.count
                }
                // A caller on no loop of theirs takes the loops in turn.
                var turns: Set<String> = []
                for _ in 0..<Self.count * 4 {
                    turns.insert(try await client.unary(LineService.read, Line("x"), fixture.context()).text)
                }
                #expect(turns.count > 1)
            }
            #expect(served == ["0": 50, "1": 50, "2": 50, "3": 50])
        }
        try await calling.shutdownGracefully()
        try await serving.shutdownGracefully()
    }
}
