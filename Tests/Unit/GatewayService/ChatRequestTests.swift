// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Primitives
import Testing

struct ChatRequestTests {
    private func read(_ text: String) throws(RequestRefusal) -> ChatRequest {
        try Result { try Array(text.utf8).withUnsafeBytes { try ChatRequest(body: $0) } }
            .mapError { $0 as? RequestRefusal ?? RequestRefusal("\($0)", code: "unexpected") }.get()
    }

    private func with(_ fields: String) -> String {
        #"{"model":"m","messages":[{"role":"user","content":"hi"}],"# + fields + "}"
    }

    @Test func smallestRequestIsRead() throws {
        let request = try read(#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#)
        #expect(request.model == "m")
        #expect(request.messages == [ChatRequest.Message(role: .user, content: "hi", name: nil)])
        #expect(!request.isStreaming && !request.includesUsage && !request.isStored)
        #expect(request.seed == nil && request.temperature == nil && request.stop.isEmpty && request.retrieval == nil)
    }

    @Test func everyFieldIsRead() throws {
        let conversation = "conv_0190c42ab1c87d03a000000000000001"
        let file = "file-0190c42ab1c87d03a000000000000002"
        let request = try read(
            #"""
            {"model":"m","messages":[{"role":"developer","content":"be brief"},
              {"role":"user","name":"ann","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
              {"role":"assistant","content":"c"}],
             "stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"max_completion_tokens":7.0,
             "temperature":0.5,"top_p":1,"top_k":40,"seed":-1,"stop":["x","y"],"store":true,
             "parley":{"conversation_id":"\#(conversation)","retrieval":{"file_ids":["\#(file)"],"limit":3}},
             "user":"u-1","metadata":{"k":"v"},"n":1,"tools":[],"frequency_penalty":0,"presence_penalty":0.0,
             "logprobs":false,"response_format":{"type":"text"},"modalities":["text"],"logit_bias":{},
             "a_field_of_next_year":{"deep":[[[]]]}}
            """#)
        #expect(request.messages.map(\.role) == [.system, .user, .assistant])
        #expect(request.messages[1].content == "ab" && request.messages[1].name == "ann")
        #expect(request.isStreaming && request.includesUsage && request.isStored)
        #expect(request.maximumCompletionTokens == 7)
        #expect(request.temperature == 0.5 && request.topP == 1 && request.topK == 40)
        #expect(request.seed == UInt64.max && request.stop == ["x", "y"])
        #expect(request.conversation?.description == "0190c42a-b1c8-7d03-a000-000000000001")
        #expect(request.retrieval?.files.map(\.description) == ["0190c42a-b1c8-7d03-a000-000000000002"])
        #expect(request.retrieval?.limit == 3)
    }

    @Test func stopMayBeOneString() throws {
        #expect(try read(with(#""stop":"END""#)).stop == ["END"])
        #expect(try read(with(#""stop":null"#)).stop.isEmpty)
    }

    @Test func retrievalMayBeEmptyOrTrue() throws {
        #expect(try read(with(#""parley":{"retrieval":{}}"#)).retrieval == .init(files: [], limit: nil))
        #expect(try read(with(#""parley":{"retrieval":true}"#)).retrieval == .init(files: [], limit: nil))
        #expect(try read(with(#""parley":{"retrieval":false}"#)).retrieval == nil)
    }

    struct Case: Sendable {
        var body: String
        var message: String
        var parameter: String?
        var code: String
    }

    private static let head = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"#

    static let refusals: [Case] = [
        Case(
            body: "[]", message: "The body of your request must be a JSON object, not an array.", parameter: nil,
            code: "invalid_type"),
        Case(
            body: "{", message: "The body of your request is not JSON we can read: it ends too early (byte 1).",
            parameter: nil, code: "invalid_json"),
        Case(
            body: #"{"messages":[]}"#, message: "Missing required parameter: 'model'.", parameter: "model",
            code: "missing_required_parameter"),
        Case(
            body: #"{"model":"m"}"#, message: "Missing required parameter: 'messages'.", parameter: "messages",
            code: "missing_required_parameter"),
        Case(
            body: #"{"model":"m","messages":[]}"#,
            message: "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty "
                + "array instead.", parameter: "messages", code: "empty_array"),
        Case(
            body: #"{"model":7,"messages":[]}"#,
            message: "Invalid type for 'model': expected a string, but got an integer instead.", parameter: "model",
            code: "invalid_type"),
        Case(
            body: #"{"model":"m","messages":[{"role":"king","content":"x"}]}"#,
            message: "Invalid value: 'king'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool'.",
            parameter: "messages[0].role", code: "invalid_value"),
        Case(
            body: #"{"model":"m","messages":[{"role":"user","content":5}]}"#,
            message: "Invalid type for 'messages[0].content': expected one of a string or an array of objects, but "
                + "got an integer instead.", parameter: "messages[0].content", code: "invalid_type"),
        Case(
            body: #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url"}]}]}"#,
            message: "Invalid value: 'image_url'. Supported values are: 'text'.",
            parameter: "messages[0].content[0].type", code: "invalid_value"),
        Case(
            body: head + #""temperature":3}"#,
            message: "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
            parameter: "temperature", code: "decimal_above_max_value"),
        Case(
            body: head + #""max_tokens":0}"#,
            message: "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
            parameter: "max_tokens", code: "integer_below_min_value"),
        Case(
            body: head + #""stop":["1","2","3","4","5"]}"#,
            message: "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with "
                + "length 5 instead.", parameter: "stop", code: "array_above_max_length"),
        Case(
            body: head + #""n":2}"#,
            message: "Unsupported parameter: 'n' with another value than 1 is not supported yet.", parameter: "n",
            code: "unsupported_parameter"),
        Case(
            body: head + #""tools":[{"type":"function"}]}"#,
            message: "Missing required parameter: 'tools[0].function'.", parameter: "tools[0].function",
            code: "missing_required_parameter"),
        Case(
            body: head + #""top_logprobs":2}"#,
            message: "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
            parameter: "top_logprobs", code: "invalid_value"),
        Case(
            body: head + #""tool_choice":"required"}"#,
            message: "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
            parameter: "tool_choice", code: "invalid_value"),
        Case(
            body: head + #""response_format":{"type":"yaml"}}"#,
            message: "Invalid value: 'yaml'. Supported values are: 'text', 'json_object', 'json_schema'.",
            parameter: "response_format.type", code: "invalid_value"),
        Case(
            body: #"{"model":"m","messages":[{"role":"tool","content":"4"}]}"#,
            message: "Missing required parameter: 'messages[0].tool_call_id'.",
            parameter: "messages[0].tool_call_id", code: "missing_required_parameter"),
        Case(
            body: head + #""logit_bias":{"the":1}}"#,
            message: "Invalid key in 'logit_bias': expected a token's number.", parameter: "logit_bias",
            code: "invalid_value"),
        Case(
            body: head + #""stream_options":{"include_usage":true}}"#,
            message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            parameter: "stream_options", code: "invalid_value"),
        Case(
            body: head + #""parley":{"conversation_id":"nonsense"}}"#,
            message: "Invalid 'parley.conversation_id': expected an id that starts with 'conv_'.",
            parameter: "parley.conversation_id", code: "invalid_value"),
        Case(
            body: head + #""parley":{"retrieval":{"limit":"five"}}}"#,
            message: "Invalid type for 'parley.retrieval.limit': expected an integer, but got a string instead.",
            parameter: "parley.retrieval.limit", code: "invalid_type"),
    ]

    @Test(arguments: refusals)
    func wrongRequestsAreRefusedAsOpenAIDoes(_ wrong: Case) {
        let refusal = #expect(throws: RequestRefusal.self) { try read(wrong.body) }
        #expect(refusal?.message == wrong.message)
        #expect(refusal?.parameter == wrong.parameter)
        #expect(refusal?.code == wrong.code)
    }

    @Test(arguments: [
        #""functions":[{}]"#, #""modalities":["audio"]"#,
    ])
    func whatWouldChangeTheAnswerIsNotIgnored(_ field: String) {
        let refusal = #expect(throws: RequestRefusal.self) { try read(with(field)) }
        #expect(refusal?.code == "unsupported_parameter")
    }
}
