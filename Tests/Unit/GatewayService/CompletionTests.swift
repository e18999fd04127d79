// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Primitives
import Testing

struct CompletionTests {
    private func head() throws -> CompletionHead {
        let turn = try #require(TurnID("0190c42a-b1c8-7d03-a000-000000000001"))
        return CompletionHead(turn: turn, model: "m", createdAt: Timestamp(microseconds: 1_700_000_000_500_000))
    }

    private static let prefix =
        #"data: {"id":"chatcmpl-0190c42ab1c87d03a000000000000001","object":"chat.completion.chunk","#
        + #""created":1700000000,"model":"m","choices":["#

    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Goal: the bytes on the wire are exactly these, so that a change of any of them is a decision.
    @Test func eventsAreTheseBytes() throws {
        let events = CompletionEvents(head: try head(), includesUsage: false)
        #expect(
            text { events.began(CompletionExtras(), into: &$0) } == Self.prefix
                + #"{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"#
                + #""finish_reason":null}]}"# + "\n\n")
        let said = Array("a \"b\"\n".utf8)
        #expect(
            text { writer in said.withUnsafeBytes { events.tokens($0, next: 3, into: &writer) } }
                == "id: 0190c42a-b1c8-7d03-a000-000000000001:3\n" + Self.prefix
                + #"{"index":0,"delta":{"content":"a \"b\"\n"},"logprobs":null,"finish_reason":null}]}"# + "\n\n")
        #expect(
            text { events.finished("stop", into: &$0) } == Self.prefix
                + #"{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}"# + "\n\n")
        #expect(text { events.usage(TokenUsage(prompt: 1, cached: 0, completion: 2), into: &$0) } == "")
        #expect(text { CompletionEvents.done(into: &$0) } == "data: [DONE]\n\n")
    }

    @Test func usageComesLastAndIsNullBefore() throws {
        let events = CompletionEvents(head: try head(), includesUsage: true)
        #expect(
            text { events.finished("length", into: &$0) }.hasSuffix(
                #""finish_reason":"length"}],"usage":null}"# + "\n\n"))
        #expect(
            text { events.usage(TokenUsage(prompt: 12, cached: 8, completion: 5), into: &$0) } == Self.prefix
                + #"],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,"#
                + #""prompt_tokens_details":{"cached_tokens":8}}}"# + "\n\n")
    }

    @Test func citationsRideOnTheFirstChunk() throws {
        var extras = CompletionExtras()
        extras.citations = [try citation()]
        let events = CompletionEvents(head: try head(), includesUsage: false)
        let first = text { events.began(extras, into: &$0) }
        #expect(
            first.hasSuffix(
                #""parley":{"citations":[{"number":1,"file_id":"file-0190c42ab1c87d03a000000000000002","#
                    + #""passage_id":"passage_0190c42ab1c87d03a000000000000003","filename":"a.md","#
                    + #""text":"so \"it\" is","#
                    + #""score":0.5,"start_byte":3,"end_byte":9}]}}"# + "\n\n"))
    }

    @Test func wholeAnswerIsThisDocument() throws {
        var extras = CompletionExtras()
        extras.isRetrievalDegraded = true
        let answer = CompletionAnswer(
            head: try head(), message: AnswerMessage(text: Array("hi\n".utf8)), finishReason: "stop",
            usage: TokenUsage(prompt: 3, cached: 1, completion: 2), extras: extras)
        #expect(
            String(decoding: answer.json(), as: UTF8.self)
                == #"{"id":"chatcmpl-0190c42ab1c87d03a000000000000001","object":"chat.completion","#
                + #""created":1700000000,"#
                + #""model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi\n","refusal":null,"#
                + #""annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"#
                + #""completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":1}},"#
                + #""parley":{"retrieval_degraded":true}}"#)
    }

    @Test func embeddingsAreWrittenBothWays() throws {
        let float = EmbeddingsAnswer(model: "e", vectors: [[0.5, -1]], promptTokens: 2, encoding: .float)
        #expect(
            String(decoding: float.json(), as: UTF8.self)
                == #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1.0]}],"model":"e","#
                + #""usage":{"prompt_tokens":2,"total_tokens":2}}"#)
        let base64 = EmbeddingsAnswer(model: "e", vectors: [[0.5, -1]], promptTokens: 2, encoding: .base64)
        #expect(String(decoding: base64.json(), as: UTF8.self).contains(#""embedding":"AAAAPwAAgL8=""#))
    }

    private func citation() throws -> CitedPassage {
        CitedPassage(
            number: 1, file: try #require(FileID("0190c42a-b1c8-7d03-a000-000000000002")),
            passage: try #require(PassageID("0190c42a-b1c8-7d03-a000-000000000003")), filename: "a.md",
            text: "so \"it\" is", score: 0.5, bytes: 3..<9)
    }
}
