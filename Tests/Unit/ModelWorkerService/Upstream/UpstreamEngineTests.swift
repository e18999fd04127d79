// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import ModelWorkerDomain
import Primitives
import TestKit
import Testing

@testable import ModelWorkerService

@Suite(.timeLimit(.minutes(1))) struct UpstreamEngineTests {
    private typealias Server = ForeignServer

    /// Goal: text, finish and counts are the server's; tokens it counted beyond its pieces come without text.
    @Test func anAnswerComesThrough() async throws {
        let server = try await Server.start { _ in Server.answer }
        try await server.serving {
            try await server.engine.withGeneration(Server.request()) { stream in
                var events: [GenerationEvent] = []
                while let event = try await stream.next() { events.append(event) }
                guard case .started? = events.first, case .finished(let end)? = events.last else {
                    Issue.record("\(events)")
                    return
                }
                let tokens = events.compactMap { event in
                    if case .tokens(let tokens) = event { tokens } else { nil }
                }
                #expect(tokens.map { String(decoding: $0.text, as: UTF8.self) }.joined() == "One two three")
                #expect(tokens.reduce(0) { $0 + $1.count } == 5 && tokens.allSatisfy { $0.ids.isEmpty })
                var next = 0
                for token in tokens {
                    #expect(token.first == next)
                    next += token.count
                }
                #expect(end.reason == .stop && end.promptTokens == 20 && end.cachedTokens == 16)
                #expect(end.completionTokens == 5 && end.computedTokens == 9)
            }
            #expect(server.engine.profile.contextTokens == 4_096)
        }
    }

    /// Goal: a connection serves the next request, whose first is over when the server said its last word.
    @Test func connectionsAreUsedAgain() async throws {
        let server = try await Server.start(poll: .seconds(60)) { _ in Server.answer }
        try await server.serving {
            for id in 1...3 {
                _ = try await server.engine.read(Server.request(UInt64(id)))
                // The end behind the last word may still be on its way.
                while server.engine.server.client.keptConnections == 0 { await Task.yield() }
            }
        }
        #expect(Set(server.chats.map(\.connection)).count == 1)
    }

    /// Goal: leaving closes the connection before the next token is read.
    @Test func leavingEndsTheServersWork() async throws {
        let server = try await Server.start { _ in [Server.streamHead, Server.token("One")] }
        try await server.serving {
            try await server.engine.withGeneration(Server.request()) { stream in
                _ = try await stream.next()
                _ = try await stream.next()
            }
            let connection = try #require(server.chats.first).connection
            await server.http.until { $0.closed.contains(connection) }
        }
    }

    /// Goal: a call that a newer owner displaces ends with that reason, and the server is let go.
    @Test func aDisplacedCallEnds() async throws {
        let server = try await Server.start { _ in [Server.streamHead, Server.token("One")] }
        try await server.serving {
            let refusal = await withTaskGroup(of: EngineRefusal?.self) { group in
                group.addTask { await server.refusal(Server.request(9)) }
                await server.until { $0.board.load.running == 1 }
                await server.http.until { state in state.requests.contains { $0.line.contains("/chat/") } }
                server.engine.cancel(RequestID(9), .displaced)
                return await group.next() ?? nil
            }
            #expect(refusal == .displaced)
            let connection = try #require(server.chats.first).connection
            await server.http.until { $0.closed.contains(connection) }
        }
    }

    @Test(arguments: [
        ([Server.streamHead, Server.token("One"), Server.finish("length"), Server.streamEnd], "length"),
        ([Server.streamHead, Server.token("One"), Server.event("[DONE]"), Server.streamEnd], "stop"),
    ])
    func anEndWithoutAllItsWordsIsOne(acts: [ScriptedServer.Act], reason: String) async throws {
        let server = try await Server.start { _ in acts }
        try await server.serving {
            let reading = try await server.engine.read(Server.request())
            #expect(reading.end?.reason.rawValue == reason && reading.end?.completionTokens == 1)
            // The estimate stands where the server does not count.
            #expect(reading.end?.promptTokens == reading.start?.promptTokens)
        }
    }

    /// Goal: a stream that ends, breaks or says junk in the middle is a failure of the worker, after what it brought.
    @Test(arguments: [
        [Server.streamEnd], [.close], [Server.event("{junk")], [Server.event(#"{"error":{"code":500}}"#)],
        [.send("zz\r\n")],
    ])
    func aBrokenStreamFails(acts: [ScriptedServer.Act]) async throws {
        let server = try await Server.start { _ in [Server.streamHead, Server.token("One")] + acts }
        try await server.serving {
            guard case .upstream(.broken) = await server.refusal(Server.request()) else {
                Issue.record("not broken")
                return
            }
        }
    }

    @Test(arguments: [
        ("400 Bad Request", "{}", UpstreamRefusal.refused(status: 400)),
        ("400 Bad Request", #"{"error":{"type":"exceed_context_size_error"}}"#, .contextLength),
        ("401 Unauthorized", "{}", .credentials(status: 401)), ("404 Not Found", "", .unknownModel),
        ("422 Unprocessable", "<html>", .refused(status: 422)),
        ("429 Too Many Requests", "{}", .overloaded(retryAfter: .seconds(7))),
        ("503 Unavailable", "{}", .overloaded(retryAfter: .seconds(7))),
        ("504 Timeout", "{}", .late(detail: "status 504")), ("500 Oops", "{}", .broken(detail: "status 500")),
        ("302 Found", "{}", .broken(detail: "status 302")), ("200 OK", "{}", .broken(detail: "no event stream")),
    ])
    func refusalsHaveTheirClass(status: String, body: String, refusal: UpstreamRefusal) async throws {
        let server = try await Server.start { _ in [Server.json(body, status: status, headers: "retry-after: 7\r\n")] }
        try await server.serving {
            #expect(await server.refusal(Server.request()) == .upstream(refusal))
        }
    }

    /// Goal: a caller learns what to do and not what the server said.
    @Test func failuresAreInOurWords() {
        let failure = Failure(modelWorker: EngineRefusal.upstream(.overloaded(retryAfter: .seconds(3))))
        #expect(failure.code == .resourceExhausted && failure.retry == .after(.seconds(3)))
        #expect(Failure(modelWorker: EngineRefusal.upstream(.credentials(status: 401))).code == .unavailable)
        #expect(Failure(modelWorker: EngineRefusal.upstream(.refused(status: 400))).code == .invalidArgument)
        #expect(Failure(modelWorker: EngineRefusal.upstream(.away)).reason == "upstream_unreachable")
    }

    /// Goal: nobody is asked before the server was heard, and nobody after it is gone; when it is back, so are we.
    @Test func aServerComesAndGoes() async throws {
        let first = try await Server.start { _ in Server.answer }
        #expect(await first.refusal(Server.request()) == .upstream(.away))
        let engine = first.engine
        try await engine.serving {
            await first.until { $0.isReachable }
            #expect(engine.board.calibration.prefillTokensPerSecond == 2_000)
            await first.http.stop()
            #expect(await first.refusal(Server.request()) == .upstream(.away))
            await first.until { !$0.isReachable }
            let second = try await Server.start(port: first.http.port) { _ in Server.answer }
            await first.until { $0.isReachable }
            #expect(try await engine.read(Server.request()).string == "One two three")
            await second.http.stop()
        }
    }

    /// Goal: the load is what the server says, and never less than what we sent it.
    @Test func loadIsTheServersAndOurs() async throws {
        let metrics = """
            vllm:num_requests_running{engine="0"} 5
            vllm:num_requests_waiting{engine="0"} 2
            vllm:kv_cache_usage_perc{engine="0"} 0.25
            vllm:cache_config_info{block_size="16",num_gpu_blocks="1000"} 1

            """
        let server = try await Server.start(
            others: ["/metrics": metrics], limits: EngineFixture.limits(running: 8, waiting: 2)
        ) { _ in [Server.streamHead, Server.token("One")] }
        try await server.serving {
            await server.until { $0.board.load.running == 5 }
            #expect(server.engine.board.load.waiting == 2 && server.engine.board.load.freeTokens == 12_000)
            #expect(server.engine.profile.cacheTokens == 16_000 && !server.engine.tellsBlocks)
            await withTaskGroup(of: EngineRefusal?.self) { group in
                for id in 1...10 { group.addTask { await server.refusal(Server.request(UInt64(id))) } }
                await server.until { $0.board.load.running + $0.board.load.waiting >= 10 }
                guard case .admission(.queueFull) = await server.refusal(Server.request(11)) else {
                    Issue.record("an eleventh was taken")
                    return
                }
                group.cancelAll()
            }
            await server.until { $0.board.load.running == 5 }
        }
    }

    /// Goal: speed is learnt from answers, with the server's cached tokens taken off.
    @Test func paceIsLearnt() async throws {
        let server = try await Server.start { _ in
            [Server.streamHead] + (0..<20).map { Server.token("\($0)") }
                + [Server.finish(), Server.usage(100_000, 20_000, 20), Server.event("[DONE]"), Server.streamEnd]
        }
        try await server.serving {
            _ = try await server.engine.read(Server.request())
            #expect(server.engine.paceSamples == 1)
            #expect(server.engine.board.calibration.prefillTokensPerSecond > 2_000)
        }
    }
}
