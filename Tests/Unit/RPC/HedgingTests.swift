// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives
import RPC
import TestKit
import Testing
import Wire

/// Goal: a call that declares it is made twice when it is late, is answered once, and leaves nothing behind.
@Suite(.timeLimit(.minutes(1))) struct HedgingTests {
    private static func method(_ hedgeAfter: Duration?) -> Method<EchoMessage, EchoMessage> {
        Method(
            id: 1, name: "echo.Hedged", kind: .unary, isIdempotent: true, deadline: nil, callers: [.gateway],
            hedgeAfter: hedgeAfter)
    }

    private static func outcome(
        _ client: RPCClient, _ method: Method<EchoMessage, EchoMessage>, _ context: CallContext = HandServer.context()
    ) async -> Result<String, Failure> {
        do throws(Failure) {
            return .success(try await client.unary(method, EchoMessage("x"), context).text)
        } catch {
            return .failure(error)
        }
    }

    /// A late call, made at both servers; `first` got it first.
    private func lateCall(
        deadline: Duration = .seconds(20), time: any TimeSource = SystemTime(),
        _ body: (_ first: HandServer, _ second: HandServer) async throws -> Void
    ) async throws -> Result<String, Failure> {
        let (client, servers) = try await HandServer.make(zones: [.unknown, .unknown], time: time)
        let context = HandServer.context(deadline, time: time)
        async let outcome = Self.outcome(client, Self.method(.milliseconds(20)), context)
        let first = try await whoGot(of: servers)
        _ = try await whoGot(of: [servers[1 - first]])
        try await body(servers[first], servers[1 - first])
        let result = await outcome
        for server in servers {
            let isIdle = try await HandServer.loop.eventLoop.submit { server.connection.inFlight == 0 }.get()
            #expect(isIdle, "a call was left behind")
        }
        return result
    }

    @Test func theSecondMayWinAndTheFirstIsCancelled() async throws {
        let result = try await lateCall { first, second in
            try await second.answer(1, "second")
            try await first.awaitCancel()
        }
        #expect(try result.get() == "second")
    }

    @Test func theFirstMayStillWin() async throws {
        let result = try await lateCall { first, second in
            try await first.answer(1, "first")
            try await second.awaitCancel()
        }
        #expect(try result.get() == "first")
    }

    @Test func aFaultIsNoAnswerWhileTheOtherMayHaveOne() async throws {
        let result = try await lateCall { first, second in
            try await second.fail(1, Failure(.internal, "No."))
            try await first.answer(1, "first")
        }
        #expect(try result.get() == "first")
    }

    @Test func whatTheCallerDidWrongIsAnAnswer() async throws {
        let result = try await lateCall { first, second in
            try await second.fail(1, Failure(.notFound, "No."))
            try await first.awaitCancel()
        }
        #expect(throws: Failure.self) { try result.get() }
    }

    @Test func twoLostCallsAreNotMadeAThirdTime() async throws {
        let result = try await lateCall { first, second in
            try await first.lose()
            try await second.lose()
        }
        #expect(throws: Failure.self) { try result.get() }
    }

    @Test func theDeadlineEndsBoth() async throws {
        // It passes when both have the call and not before, however slow the machine is.
        let time = ManualTime()
        let result = try await lateCall(deadline: .milliseconds(400), time: time) { _, _ in
            time.advance(by: .milliseconds(400))
        }
        guard case .failure(let failure) = result else { throw failure("answered") }
        #expect(failure.code == .deadlineExceeded)
    }

    private func failure(_ text: String) -> Failure { Failure(.internal, text) }

    @Test func cancellingTheCallerCancelsBoth() async throws {
        let (client, servers) = try await HandServer.make(zones: [.unknown, .unknown])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let result = await Self.outcome(client, Self.method(.milliseconds(20)))
                #expect(throws: Failure.self) { try result.get() }
            }
            for server in servers { _ = try await whoGot(of: [server]) }
            group.cancelAll()
            try await group.waitForAll()
        }
        for server in servers {
            try await server.awaitCancel()
        }
    }

    @Test(arguments: [Duration.seconds(3_600), nil]) func nobodyElseIsAskedTwice(_ hedgeAfter: Duration?) async throws {
        let (client, servers) = try await HandServer.make(zones: [.unknown, .unknown])
        async let outcome = Self.outcome(client, Self.method(hedgeAfter))
        let first = try await whoGot(of: servers)
        try await servers[first].answer(1, "one")
        #expect(try await outcome.get() == "one")
        #expect(try await servers[1 - first].opened().isEmpty)
    }
}
