// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives
import RPC
import Synchronization
import Testing
import Wire

/// Goal: one call in ten may be load twice, and what nobody looked at is no load.
@Suite(.timeLimit(.minutes(1))) struct RepeatTests {
    private let pool = ConnectionPool(loop: HandServer.loop, limits: .standard, seed: 3)
    private let client: RPCClient

    init() { client = RPCClient(service: .auth, pools: [pool]) }

    private func addServer() async throws -> HandServer {
        try await HandServer.loop.eventLoop.submit { [pool] in
            defer { HandServer.loop.runBatch() }
            return HandServer(pool)
        }.get()
    }

    /// Whether a call is made again when the server that has got it does `goodbye`.
    private func isRepeated(
        _ method: Method<EchoMessage, EchoMessage>, _ goodbye: (HandServer) async throws -> Void
    ) async throws -> Bool {
        let servers = [try await addServer(), try await addServer()]
        let failed = Atomic<Bool>(false)
        async let outcome: Void = {
            do {
                _ = try await client.unary(method, EchoMessage("x"), HandServer.context())
            } catch {
                failed.store(true, ordering: .sequentiallyConsistent)
            }
        }()
        let first = try await whoGot(of: servers)
        try await goodbye(servers[first])
        let other = servers[1 - first]
        var isAgain = false
        while !isAgain, !failed.load(ordering: .sequentiallyConsistent) {
            if let stream = try await other.opened().first {
                try await other.answer(stream, "again")
                isAgain = true
            }
            await Task.yield()
        }
        await outcome
        try await other.lose()
        return isAgain
    }

    @Test func whatNobodyLookedAtIsRepeatedWithoutABudget() async throws {
        var repeats = 0
        while try await isRepeated(EchoService.echo, { try await $0.lose() }) { repeats += 1 }
        // A thousand tenths to begin with, ten for each repeat, one back for each call.
        #expect((100...115).contains(repeats))
        #expect(try await isRepeated(EchoService.echo) { try await $0.leave() })
        #expect(try await isRepeated(EchoService.change) { try await $0.leave() }, "with effects, but never seen")
        #expect(try await isRepeated(EchoService.change) { try await $0.lose() } == false)
        #expect(try await isRepeated(EchoService.echo) { try await $0.lose() } == false, "the budget is still spent")
    }
}
