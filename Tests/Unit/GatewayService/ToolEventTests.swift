// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Messages
import NIOCore
import Primitives
import RPC
import TestKit
import Testing

@testable import GatewayService

/// How answers with tool calls and probabilities are told as events.
struct ToolEventTests {
    private let turn = TurnID(UUIDv7(digest: 1, 1))

    private func stream(calls: CallReader? = nil, tellsLikelihoods: Bool = false, isResumed: Bool = false)
        -> EventStream
    {
        let head = CompletionHead(turn: turn, model: "m", createdAt: Timestamp(microseconds: 0))
        return EventStream(
            head: head, includesUsage: false, isResumed: isResumed, calls: calls, tellsLikelihoods: tellsLikelihoods)
    }

    /// The events' documents and their ids.
    private func told(_ bytes: ByteBuffer?) throws -> [(id: String?, choice: JSONObject)] {
        try String(buffer: bytes ?? ByteBuffer()).split(separator: "\n\n").compactMap { event in
            let lines = event.split(separator: "\n")
            guard let data = lines.first(where: { $0.hasPrefix("data: {") }) else { return nil }
            guard case .object(let document) = try JSONReader.read(String(data.dropFirst(6))),
                case .array(let choices) = document["choices"], case .object(let choice) = choices.first
            else { return nil }
            return (lines.first { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }, choice)
        }
    }

    private func chunk(_ seq: UInt32, _ text: [UInt8]) -> StreamElement<TurnEvent> {
        .tokens(TokenChunk(seq: seq, count: 1, text: ByteBuffer(bytes: text)))
    }

    @Test func aCallIsToldAsDeltasAndItsPlaceHasTheCallsCount() throws {
        var stream = stream(calls: CallReader())
        let notes = CallNotes()
        let first = try told(
            try stream.take(
                chunk(0, Array("Hm.".utf8) + CallMarkup.opening(id: "call_1", name: "add")), notes: notes))
        let deltas = first.dropFirst().map { String(decoding: ($0.choice["delta"] ?? .null).text, as: UTF8.self) }
        #expect(
            deltas == [
                #"{"content":"Hm."}"#,
                #"{"tool_calls":[{"index":0,"id":"call_1","type":"function","#
                    + #""function":{"name":"add","arguments":""}}]}"#,
            ])
        #expect(first[1].id == nil && first[2].id == "\(turn):1:1")
        let second = try told(try stream.take(chunk(1, Array(#"{"a":1}"#.utf8)), notes: notes))
        #expect(
            String(decoding: (second[0].choice["delta"] ?? .null).text, as: UTF8.self)
                == #"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]}"#)
    }

    @Test func aStreamResumedInsideACallKnowsWhichOneItIs() throws {
        let place = try #require(EventPlace("\(turn):7:2"))
        #expect(place.next == 7 && place.calls == 2)
        #expect(EventPlace("\(turn):7")?.calls == 0 && EventPlace("\(turn):7:x") == nil)
        var stream = stream(calls: CallReader(begun: place.calls), isResumed: true)
        let told = try told(try stream.take(chunk(7, Array("}".utf8)), notes: CallNotes()))
        #expect(
            String(decoding: (told[0].choice["delta"] ?? .null).text, as: UTF8.self)
                == #"{"tool_calls":[{"index":1,"function":{"arguments":"}"}}]}"#)
    }

    /// Goal: what a stream that goes on says of its answer is what the turn says, as it did before the break.
    @Test func aResumedStreamSpeaksOfTheTurnsOwnModelAndTime() throws {
        var stream = stream(isResumed: true)
        let notes = CallNotes()
        let started = TurnStarted(turnID: turn, model: "the-answering-one", createdAtUs: 7_000_000)
        #expect(try stream.take(.event(TurnEvent(kind: .started(started))), notes: notes) == nil)
        let bytes = try #require(try stream.take(chunk(3, Array("on".utf8)), notes: notes))
        let said = String(buffer: bytes)
        #expect(said.contains(#""model":"the-answering-one""#) && said.contains(#""created":7"#))
        #expect(!said.contains("role"), "its beginning was told before")
    }

    @Test func probabilitiesRideOnTheChunkOfTheirTokens() throws {
        var stream = stream(tellsLikelihoods: true)
        let notes = CallNotes()
        let token = TokenLogprob(
            spelling: Array("Hi".utf8), logprob: -0.5,
            top: [TokenAlternative(spelling: [0xF0, 0x9F], logprob: -.infinity)])
        let event = TurnEvent(kind: .logprobs(AnswerLogprobs(seq: 0, tokens: [token])))
        #expect(try stream.take(.event(event), notes: notes) == nil)
        let told = try told(try stream.take(chunk(0, Array("Hi".utf8)), notes: notes))
        let logprobs = String(decoding: (told[1].choice["logprobs"] ?? .null).text, as: UTF8.self)
        #expect(
            logprobs
                == #"{"content":[{"token":"Hi","logprob":-0.5,"bytes":[72,105],"top_logprobs":[{"token":"\#u{FFFD}","#
                + #""logprob":-9999.0,"bytes":[240,159]}]}],"refusal":null}"#)
    }

    @Test func textWithMarksStaysTextWithoutTools() throws {
        var stream = stream()
        let told = try told(try stream.take(chunk(0, [0x41, CallMarkup.begin, 0x42]), notes: CallNotes()))
        #expect(told[1].choice["delta"] == .object(JSONObject([.init(name: "content", value: .string("A\u{1E}B"))])))
    }

    @Test func aWholeAnswerWithCallsHasNoContent() throws {
        let calls = [ToolCall(id: "c1", name: "add", arguments: #"{"a":1}"#)]
        let answer = CompletionAnswer(
            head: CompletionHead(turn: turn, model: "m", createdAt: Timestamp(microseconds: 0)),
            message: AnswerMessage(text: [], calls: calls), finishReason: "tool_calls",
            usage: TokenUsage(prompt: 1, cached: 0, completion: 1), extras: CompletionExtras())
        let text = String(decoding: answer.json(), as: UTF8.self)
        #expect(
            text.contains(
                #""content":null,"refusal":null,"annotations":[],"tool_calls":[{"id":"c1","type":"function","#
                    + #""function":{"name":"add","arguments":"{\"a\":1}"}}]"#))
    }
}
