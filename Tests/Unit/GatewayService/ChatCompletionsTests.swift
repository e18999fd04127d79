// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayService
import Messages
import Primitives
import RPC
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ChatCompletionsTests {
    @Test func answerComesWhole() async throws {
        let gateway = try await GatewayFixture()
        let answer = try await gateway.chat()
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.body.contains(#""message":{"role":"assistant","content":"Hello, world","refusal":null"#))
        #expect(answer.body.contains(#""finish_reason":"stop""#))
        #expect(answer.body.contains(#""prompt_tokens_details":{"cached_tokens":8}"#))
        #expect(answer.body.contains(#""created":1700000000,"model":"tiny""#))
    }

    @Test func answerStreams() async throws {
        let gateway = try await GatewayFixture()
        let answer = try await gateway.chat(#""stream":true,"stream_options":{"include_usage":true}"#)
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/event-stream; charset=utf-8")
        let events = answer.events
        #expect(events.count == 6)
        #expect(events.first?.contains(#""delta":{"role":"assistant","content":"","refusal":null}"#) == true)
        #expect(events.dropFirst().first?.contains(#""delta":{"content":"Hello"}"#) == true)
        #expect(events.dropFirst(3).first?.contains(#""delta":{},"logprobs":null,"finish_reason":"stop""#) == true)
        #expect(events.dropFirst(4).first?.contains(#""choices":[],"usage":{"prompt_tokens":12"#) == true)
        #expect(events.last == "[DONE]")
        #expect(answer.body.contains("id: 00000000-0001-7000-8000-"))
        #expect(answer.body.contains(":4\ndata: "), "an event's id says which token comes next")
    }

    @Test func requestReachesTheOrchestratorWhole() async throws {
        let gateway = try await GatewayFixture()
        let seen = Mutex<(StartTurnRequest, CallContext)?>(nil)
        let conversation = "0190c42a-b1c8-7d03-a000-000000000001"
        gateway.doubles.change {
            $0.startTurn = { request, context, writer in
                seen.withLock { $0 = (request, context) }
                try await ServiceDoubles.say(["x"], request, writer)
            }
        }
        let answer = try await gateway.chat(
            #""temperature":0.5,"seed":9,"max_tokens":3,"stop":"END","#
                + #""parley":{"conversation_id":"\#(conversation)","retrieval":{"limit":2}}"#,
            ["x-request-id": "mine-1", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
        #expect(answer.headers["x-request-id"] == "mine-1")
        #expect(answer.body.contains(#""parley":{"conversation_id":"conv_0190c42ab1c87d03a000000000000001"}"#))
        let (request, context) = try #require(seen.withLock { $0 })
        #expect(request.sampling == Sampling(temperature: 0.5, seed: 9))
        #expect(request.maxCompletionTokens == 3 && request.stop == ["END"] && request.isStored)
        #expect(request.conversationID?.description == conversation && request.retrieval?.limit == 2)
        #expect(context.principal?.organisation == ServiceDoubles.organisation)
        #expect(context.requestID == "mine-1")
        #expect(context.trace.traceID == "0af7651916cd43dd8448eb211c80319c")
    }

    /// Goal: an error before the first token has its own status, also for a stream.
    @Test(arguments: ["", #""stream":true"#])
    func errorBeforeTheFirstTokenHasItsStatus(_ fields: String) async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.startTurn = { _, _, _ in
                throw Failure(.notFound, "The model 'tiny' does not exist.", reason: "model_not_found")
            }
        }
        let answer = try await gateway.chat(fields)
        #expect(answer.status == 404)
        #expect(
            answer.body
                == #"{"error":{"message":"The model 'tiny' does not exist.","type":"invalid_request_error","#
                + #""param":"model","code":"model_not_found"}}"#
        )
        #expect(answer.headers["x-request-id"]?.hasPrefix("req_") == true)
        #expect(answer.headers["x-ratelimit-limit-requests"] == "100")
    }

    @Test func errorAfterTheFirstTokenIsAnEvent() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.startTurn = { request, _, writer in
                try await ServiceDoubles.begin(request, writer)
                try await writer.send(TokenChunk(seq: 0, count: 1, text: "Hel"))
                throw Failure(.unavailable, "The worker is gone.", reason: "worker_lost", retry: .now)
            }
        }
        let answer = try await gateway.chat(#""stream":true"#)
        #expect(answer.status == 200)
        #expect(
            answer.events.suffix(2) == [
                #"{"error":{"message":"The worker is gone.","type":"server_error","param":null,"code":"worker_lost"}}"#,
                "[DONE]",
            ])
    }

    @Test func turnThatEndsInErrorIsNotAnAnswer() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.startTurn = { request, _, writer in try await ServiceDoubles.say(["x"], request, writer, finish: "error")
            }
        }
        #expect(try await gateway.chat().status == 500)
    }

    @Test func streamWithoutAnEndIsAnError() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.startTurn = { request, _, writer in try await ServiceDoubles.begin(request, writer) }
        }
        let answer = try await gateway.chat(#""stream":true"#)
        #expect(answer.status == 503)
        #expect(answer.headers["retry-after"] == "1")
    }

    /// Goal: a closed tab stops the model. Method: leave after the first token and wait for the handler's end.
    @Test func clientThatLeavesCancelsTheTurn() async throws {
        let gateway = try await GatewayFixture()
        let (ended, end) = AsyncStream<Bool>.makeStream()
        gateway.doubles.change {
            $0.startTurn = { request, _, writer in
                try await ServiceDoubles.begin(request, writer)
                var seq: UInt32 = 0
                while !Task.isCancelled {
                    do {
                        try await writer.send(TokenChunk(seq: seq, count: 1, text: "more "))
                    } catch {
                        break
                    }
                    seq += 1
                    await Task.yield()
                }
                end.yield(Task.isCancelled)
            }
        }
        let client = try await PlainClient.connect(gateway.address)
        try await client.write(
            GatewayFixture.request(
                "POST", "/v1/chat/completions", [:], key: GatewayFixture.key,
                body: GatewayFixture.chatBody(#""stream":true"#)))
        try await client.leave(after: "more")
        var ends = ended.makeAsyncIterator()
        #expect(await ends.next() == true)
    }

    @Test func sameIdempotencyKeyIsTheSameTurn() async throws {
        let gateway = try await GatewayFixture()
        let turns = Mutex<[TurnID]>([])
        gateway.doubles.change {
            $0.startTurn = { request, _, writer in
                turns.withLock { $0.append(request.turnID) }
                try await ServiceDoubles.say(["x"], request, writer)
            }
        }
        for key in ["a", "a", "b"] { _ = try await gateway.chat("", ["idempotency-key": key]) }
        let seen = turns.withLock { $0 }
        #expect(seen.count == 3 && seen[0] == seen[1] && seen[1] != seen[2])
        #expect(try await gateway.chat("", ["idempotency-key": String(repeating: "x", count: 256)]).status == 400)
    }

    @Test func brokenStreamGoesOnWhereItsClientSays() async throws {
        let gateway = try await GatewayFixture()
        let turn = "0190c42a-b1c8-7d03-a000-000000000009"
        gateway.doubles.change {
            $0.resumeTurn = { request, _, writer in
                #expect(request.turnID.description == turn && request.afterSeq == 4)
                try await writer.send(TokenChunk(seq: 4, count: 1, text: "rest"))
                try await ServiceDoubles.end(writer, "stop")
            }
        }
        let answer = try await gateway.chat(#""stream":true"#, ["last-event-id": "\(turn):4"])
        #expect(answer.events.first?.contains(#""delta":{"content":"rest"}"#) == true)
        #expect(answer.events.last == "[DONE]")
        #expect(try await gateway.chat(#""stream":true"#, ["last-event-id": "nonsense"]).status == 400)
    }

    /// Goal: a place in nobody's turn has a status, as long as nothing has been sent.
    @Test func whatCannotBeResumedHasItsStatus() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.resumeTurn = { _, _, _ in
                throw Failure(.notFound, "There is no such turn.", reason: "turn_not_found")
            }
        }
        let place = "0190c42a-b1c8-7d03-a000-000000000009:4"
        let answer = try await gateway.chat(#""stream":true"#, ["last-event-id": place])
        #expect(answer.status == 404 && answer.body.contains("turn_not_found"))
    }

    /// Goal: whoever asked for a name is told which model answered and why, in both forms.
    @Test func theRouteIsTold() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.startTurn = { request, _, writer in
                let started = TurnStarted(
                    turnID: request.turnID, model: "small", createdAtUs: 5, route: request.model,
                    routeReason: "degraded")
                try await writer.send(TurnEvent(kind: .started(started)))
                try await writer.send(TokenChunk(seq: 0, count: 1, text: "Hi"))
                try await ServiceDoubles.end(writer, "stop")
            }
        }
        let route = #""parley":{"route":{"asked":"tiny","reason":"degraded"}}"#
        let whole = try await gateway.chat()
        #expect(whole.body.contains(route) && whole.body.contains(#""model":"small""#))
        let first = try await gateway.chat(#""stream":true"#).events.first
        #expect(first?.contains(route) == true && first?.contains(#""model":"small""#) == true)
    }

    /// Goal: text without a token has a place of its own behind the tokens before it.
    @Test func theEndOfAnAnswerHasItsOwnPlace() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.startTurn = { request, _, writer in
                try await ServiceDoubles.begin(request, writer)
                try await writer.send(TokenChunk(seq: 0, count: 3, text: "abc"))
                try await writer.send(TokenChunk(seq: 3, count: 0, text: "held"))
                try await ServiceDoubles.end(writer, "stop")
            }
        }
        let body = try await gateway.chat(#""stream":true"#).body
        let places = body.split(separator: "\n").filter { $0.hasPrefix("id: ") }.map { $0.split(separator: ":").last }
        #expect(places == ["3", "4"])
    }

    @Test func citationsAreTold() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.startTurn = { request, _, writer in
                try await ServiceDoubles.begin(request, writer)
                let citation = Citation(
                    number: 1, fileID: FileID(request.turnID.uuid), passageID: PassageID(request.turnID.uuid),
                    filename: "lighthouse.md", text: "built in 1871", score: 0.75, startByte: 2, endByte: 15)
                try await writer.send(TurnEvent(kind: .citations(TurnCitations(citations: [citation]))))
                try await writer.send(TokenChunk(seq: 0, count: 1, text: "1871"))
                try await ServiceDoubles.end(writer, "stop")
            }
        }
        let whole = try await gateway.chat()
        #expect(whole.body.contains(#""parley":{"citations":[{"number":1,"#))
        let events = try await gateway.chat(#""stream":true"#).events
        #expect(events.filter { $0.contains("citations") }.count == 1)
        #expect(events.first?.contains(#""filename":"lighthouse.md""#) == true)
    }

    @Test func otherBodiesAreRefused() async throws {
        let gateway = try await GatewayFixture()
        #expect(try await gateway.chat("", ["content-type": "text/plain"]).status == 415)
        let wrong = try await gateway.send("POST", "/v1/chat/completions", body: "{")
        #expect(wrong.status == 400 && wrong.body.contains(#""code":"invalid_json""#))
        var settings = PublicSettings()
        settings.maximumBodyBytes = 100
        let small = try await GatewayFixture(settings: settings)
        let large = try await small.chat(#""user":"\#(String(repeating: "x", count: 200))""#)
        #expect(large.status == 413 && large.body.contains(#""type":"invalid_request_error""#))
    }
}
