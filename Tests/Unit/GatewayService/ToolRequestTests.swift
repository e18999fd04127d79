// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Primitives
import TestKit
import Testing

struct ToolRequestTests {
    private func read(_ fields: String) throws(RequestRefusal) -> ChatRequest {
        let body = Array(#"{"model":"m","messages":[{"role":"user","content":"x"}],\#(fields)}"#.utf8)
        var result: Result<ChatRequest, RequestRefusal> = .failure(RequestRefusal("", code: ""))
        body.withUnsafeBytes { bytes in
            result = Result { () throws(RequestRefusal) in try ChatRequest(body: bytes) }
        }
        return try result.get()
    }

    private static let add = #"{"type":"function","function":{"name":"add","parameters":{"z":1,"a":2}}}"#

    @Test func toolsAreKeptInTheClientsOrder() throws {
        let request = try read(#""tools": [ \#(Self.add) ],"tool_choice":"auto","parallel_tool_calls":false"#)
        #expect(request.tools.map { String(decoding: $0, as: UTF8.self) } == "[\(Self.add)]")
        #expect(request.toolChoice == ChatRequest.ToolChoice(mode: "auto"))
        #expect(request.parallelToolCalls == false)
        #expect(try read(#""tools":[],"tool_choice":"none""#).tools == nil)
    }

    @Test func aNamedToolIsRequiredAndMustBeThere() throws {
        let named = #""tool_choice":{"type":"function","function":{"name":"add"}}"#
        let request = try read(#""tools":[\#(Self.add)],\#(named)"#)
        #expect(request.toolChoice == ChatRequest.ToolChoice(mode: "required", name: "add"))
        #expect(throws: RequestRefusal.self) { try read(named) }
        #expect(throws: RequestRefusal.self) { try read(#""tools":[\#(Self.add),\#(Self.add)]"#) }
        for name in ["", "a b", String(repeating: "a", count: 65)] {
            #expect(throws: RequestRefusal.self) {
                try read(#""tools":[{"type":"function","function":{"name":"\#(name)"}}]"#)
            }
        }
    }

    @Test func aConversationWithCallsIsRead() throws {
        let calls = #"[{"id":"c1","type":"function","function":{"name":"add","arguments":"{}"}}]"#
        let body = Array(
            #"""
            {"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":\#(calls)},
             {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"4"}]}]}
            """#.utf8)
        let request = try body.withUnsafeBytes { try ChatRequest(body: $0) }
        #expect(request.messages.map(\.role) == [.user, .assistant, .tool])
        #expect(request.messages[1].content.isEmpty)
        #expect(request.messages[1].toolCalls.map { String(decoding: $0, as: UTF8.self) } == calls)
        #expect(request.messages[2].toolCallID == "c1" && request.messages[2].content == "4")
    }

    @Test func samplingAndFormatsAreRead() throws {
        let request = try read(
            #"""
            "presence_penalty":-1,"frequency_penalty":0.5,"repetition_penalty":1.1,"min_p":0.05,
            "logit_bias":{"7":-100,"9":1.5},"logprobs":true,"top_logprobs":3,
            "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}
            """#)
        #expect(request.presencePenalty == -1 && request.frequencyPenalty == 0.5)
        #expect(request.repetitionPenalty == 1.1 && request.minP == 0.05 && request.topLogprobs == 3)
        #expect(request.logitBias == [.init(token: 7, bias: -100), .init(token: 9, bias: 1.5)])
        #expect(request.responseFormat?.isEmpty == false)
        #expect(try read(#""logprobs":true"#).topLogprobs == 0)
        #expect(try read(#""response_format":{"type":"text"}"#).responseFormat == nil)
        let biases = (0...ChatRequest.maximumBiases).map { "\"\($0)\":1" }.joined(separator: ",")
        #expect(throws: RequestRefusal.self) { try read(#""logit_bias":{\#(biases)}"#) }
    }
}
