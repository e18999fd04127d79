// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC
import TestKit
import Testing
import Wire

/// Goal: the time a call has is passed on less what this hop needs for itself, and a call without an end as one.
@Suite(.timeLimit(.minutes(1))) struct TravellingTimeTests {
    private static let echo = EchoService.echo

    /// What OPEN says to a server about a call with this deadline, in milliseconds.
    private func travelling(_ deadline: (MonotonicInstant) -> Deadline) async throws -> UInt32 {
        // It stands still, so that nothing but the reserve is taken off.
        let time = ManualTime()
        let (client, servers) = try await HandServer.make(zones: [.unknown], time: time)
        let context = CallContext(
            deadline: deadline(time.now()), trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false))
        async let answer = client.unary(Self.echo, EchoMessage("x"), context)
        _ = try await whoGot(of: servers)
        let opening = try #require(try await servers[0].openings().first)
        try await servers[0].answer(opening.stream, "y")
        #expect(try await answer.text == "y")
        return opening.value
    }

    @Test(arguments: [20, 1_000, 60_000]) func eachHopTakesItsReserveOff(_ milliseconds: Int) async throws {
        let reserve = WireLimits.standard.hopReserve.nanoseconds / 1_000_000
        #expect(reserve > 0)
        let said = try await travelling { .after(.milliseconds(milliseconds), from: $0) }
        #expect(Int64(said) == Int64(milliseconds) - reserve)
    }

    @Test func whatHasNoEndTravelsAsSuch() async throws {
        let said = try await travelling { _ in .distantFuture }
        #expect(said == .max)
    }
}
