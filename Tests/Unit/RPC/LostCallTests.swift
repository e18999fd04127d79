// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import NIOCore
import Primitives
import RPC
import TestKit
import Testing
import Wire

/// Goal: connections lost with their calls shut their address out, and whoever waits for it is there when it is back.
@Suite(.timeLimit(.minutes(2))) struct LostCallTests {
    private static let enough = StandingLimits.standard.unreachableInARow

    private let time = ManualTime()
    private let endpoints: Endpoints
    private let address: Endpoint

    init() {
        endpoints = Endpoints(
            service: .auth, time: time, logger: Logger(label: "lost") { _ in SwiftLogNoOpLogHandler() }, seed: 5)
        address = endpoints.add("a")
    }

    /// A client of one address over one connection more than it takes to shut it out.
    private func make(
        concurrentCalls: UInt32? = nil, onWaiting: @escaping @Sendable () -> Void = {}
    ) async throws -> (RPCClient, [HandServer]) {
        try await HandServer.make(
            zones: Array(repeating: .unknown, count: Self.enough + 1), endpoints: endpoints,
            addresses: Array(repeating: address, count: Self.enough + 1), concurrentCalls: concurrentCalls,
            onWaiting: onWaiting)
    }

    /// Has all connections but one take a call and lose it, over longer than the least silence.
    /// - Returns: The one that is left.
    private func shutOut(_ client: RPCClient, _ servers: [HandServer]) async throws -> HandServer {
        var left = servers
        while left.count > 1 {
            #expect(address.permit() == .use, "\(left.count) are left")
            async let outcome = client.unary(EchoService.change, EchoMessage("x"), HandServer.context())
            let index = try await whoGot(of: left)
            time.advance(by: .milliseconds(300))
            try await left.remove(at: index).lose()
            do {
                _ = try await outcome
                Issue.record("a lost call was answered")
            } catch {
                #expect((error as? Failure)?.code == .unavailable)
            }
        }
        guard case .refuse = address.permit() else { throw Failure(.internal, "it is not shut out") }
        return left[0]
    }

    @Test func anAddressThatLosesItsCallsIsShutOut() async throws {
        let (client, servers) = try await make()
        _ = try await shutOut(client, servers)
    }

    /// Goal: a call that waits because one address is shut out and another may come is made when the first is back.
    @Test func aCallThatWaitsIsMadeWhenAnAddressIsBack() async throws {
        let waits = Latch()
        let (client, servers) = try await make { waits.open() }
        let last = try await shutOut(client, servers)
        // Nobody has tried this one, so there is hope.
        let other = endpoints.add("b")
        async let outcome = client.unary(EchoService.change, EchoMessage("x"), HandServer.context(.seconds(600)))
        try await waits.wait()
        // It says so and waits in one turn of the loop, which is over when the loop does something else.
        try await HandServer.loop.eventLoop.submit {}.get()
        time.advance(by: StandingLimits.standard.firstOpen)
        _ = try await whoGot(of: [last])
        let stream = try #require(try await last.opened().last)
        try await last.answer(stream, "yes")
        let answer = try await outcome
        #expect(answer.text == "yes")
        endpoints.remove(other)
    }

    /// Goal: a call that could not be sent at once takes nobody's right to look whether an address is back.
    @Test func aConnectionWithoutRoomTakesNoProbe() async throws {
        let (client, servers) = try await make(concurrentCalls: 1)
        let last = try await shutOut(client, servers)
        time.advance(by: StandingLimits.standard.firstOpen)
        async let outcome = client.unary(EchoService.change, EchoMessage("x"), HandServer.context())
        _ = try await whoGot(of: [last])
        await #expect(throws: Failure.self) {
            _ = try await client.unary(EchoService.change, EchoMessage("x"), HandServer.context(.milliseconds(50)))
        }
        #expect(address.permit() == .probe, "the second of two is still to be had")
        let stream = try #require(try await last.opened().first)
        try await last.answer(stream, "yes")
        _ = try await outcome
    }
}
