// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives
import Telemetry

/// The body of a `/v1/chat/completions` request.
///
/// Everything a caller did not ask for is left out, so that the server's own defaults hold: a seed in particular, which
/// makes vLLM draw each request's tokens apart from the others'.
struct ChatRequestText {
    let bytes: [UInt8]

    /// - Parameters:
    ///   - model: the name at the server, of an adapter where one is wanted.
    ///   - maxTokens: of what is still to come.
    ///   - tellsTokens: whether the server is to tell its tokens of the prompt, to which its cache's events refer.
    /// - Throws: `UpstreamRefusal` for what this kind of server cannot be asked.
    init(
        _ request: GenerateRequest, model: String, kind: UpstreamServer.Kind, maxTokens: Int, tellsTokens: Bool = false
    ) throws(UpstreamRefusal) {
        var text = JSONText()
        text.openObject()
        // First, for a server that keeps prefixes by their bytes.
        text.field("model", model)
        try Self.write(request.messages, resumed: request.resumeText, to: &text)
        try Self.writeTools(request, to: &text)
        guard request.topLogprobs == nil else { throw .unsupported("tell log probabilities") }
        text.name("stream")
        text.bool(true)
        text.name("stream_options")
        text.openObject()
        text.name("include_usage")
        text.bool(true)
        text.closeObject()
        text.name("max_tokens")
        text.integer(maxTokens)
        Self.write(request.sampling, kind, to: &text)
        if !request.stop.isEmpty {
            text.name("stop")
            text.openArray()
            for stop in request.stop { text.string(stop) }
            text.closeArray()
        }
        if request.resumeText != nil {
            // The server would begin its grammar anew in the middle of the document or the call.
            guard request.responseFormatJSON == nil, request.toolsJSON == nil || request.toolChoice == "none" else {
                throw .unsupported("go on with an answer that has a shape")
            }
            try Self.continueLast(kind, &text)
        }
        if kind == .vllm {
            // Keeps one tenant's cached prefixes from another's, whose times would tell them.
            text.field("cache_salt", Hex.encode(request.tenantSalt))
            if tellsTokens {
                text.name("return_token_ids")
                text.bool(true)
            }
        }
        text.closeObject()
        bytes = text.bytes
    }

    private static func writeTools(_ request: GenerateRequest, to text: inout JSONText) throws(UpstreamRefusal) {
        if let format = request.responseFormatJSON {
            text.name("response_format")
            text.json(try object(format))
        }
        guard let tools = request.toolsJSON else { return }
        text.name("tools")
        text.json(try array(tools))
        if let name = request.toolName {
            text.name("tool_choice")
            text.openObject()
            text.field("type", "function")
            text.name("function")
            text.openObject()
            text.field("name", name)
            text.closeObject()
            text.closeObject()
        } else if let choice = request.toolChoice {
            text.field("tool_choice", choice)
        }
        if let parallel = request.parallelToolCalls {
            text.name("parallel_tool_calls")
            text.bool(parallel)
        }
    }

    private static func write(
        _ messages: [PromptMessage], resumed: [UInt8]?, to text: inout JSONText
    ) throws(UpstreamRefusal) {
        text.name("messages")
        text.openArray()
        for message in messages {
            text.openObject()
            text.field("role", message.role)
            if let name = message.name { text.field("name", name) }
            text.field("content", message.content)
            if let calls = message.toolCallsJSON {
                text.name("tool_calls")
                text.json(try array(calls))
            }
            if let id = message.toolCallID { text.field("tool_call_id", id) }
            text.closeObject()
        }
        if let resumed {
            text.openObject()
            text.field("role", "assistant")
            text.field("content", String(decoding: wholeCharacters(of: resumed), as: UTF8.self))
            text.closeObject()
        }
        text.closeArray()
    }

    /// A character cut in two has no place in JSON; the server says it again, whole.
    private static func wholeCharacters(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard let start = bytes.lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return [] }
        let wanted =
            switch bytes[start] {
            case 0xF0...: 4
            case 0xE0...: 3
            case 0xC0...: 2
            default: 1
            }
        return bytes.count - start >= wanted ? bytes[...] : bytes[..<start]
    }

    private static func write(_ sampling: Sampling, _ kind: UpstreamServer.Kind, to text: inout JSONText) {
        number("temperature", sampling.temperature, &text)
        number("top_p", sampling.topP, &text)
        number("presence_penalty", sampling.presencePenalty, &text)
        number("frequency_penalty", sampling.frequencyPenalty, &text)
        if !sampling.logitBias.isEmpty {
            text.name("logit_bias")
            text.openObject()
            for entry in sampling.logitBias { number("\(entry.tokenID)", entry.bias, &text) }
            text.closeObject()
        }
        // No part of OpenAI's API: who does not know them may refuse the request.
        if kind != .unknown {
            if let topK = sampling.topK, topK > 0 {
                text.name("top_k")
                text.integer(topK)
            }
            number("min_p", sampling.minP, &text)
            number(kind == .llamacpp ? "repeat_penalty" : "repetition_penalty", sampling.repetitionPenalty, &text)
        }
        if let seed = sampling.seed {
            text.name("seed")
            // Thirty-one bits are what every server's number has room for; small seeds stay what they are.
            text.integer(seed >> 31 == 0 ? seed : (seed ^ seed >> 31) & 0x7FFF_FFFF)
        }
    }

    /// Through its own shortest text, so that 0.7 is not 0.699999988.
    private static func number(_ name: String, _ value: Float?, _ text: inout JSONText) {
        guard let value, let exact = Double("\(value)") else { return }
        text.name(name)
        text.number(exact)
    }

    /// Says that the last message is to be gone on with instead of answered.
    private static func continueLast(_ kind: UpstreamServer.Kind, _ text: inout JSONText) throws(UpstreamRefusal) {
        switch kind {
        case .vllm:
            text.name("continue_final_message")
            text.bool(true)
            text.name("add_generation_prompt")
            text.bool(false)
        case .sglang:
            text.name("continue_final_message")
            text.bool(true)
        // Goes on with an assistant's message that comes last, unasked.
        case .llamacpp: break
        case .unknown: throw .unsupported("go on with an answer that another worker began")
        }
    }

    /// A client's JSON array, passed on as it is, once it is known to be one and to end where it should.
    private static func array(_ bytes: [UInt8]) throws(UpstreamRefusal) -> String {
        guard case .array? = document(bytes) else { throw .refused(status: 400) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func object(_ bytes: [UInt8]) throws(UpstreamRefusal) -> String {
        guard case .object? = document(bytes) else { throw .refused(status: 400) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func document(_ bytes: [UInt8]) -> JSONValue? {
        try? bytes.withUnsafeBytes { bytes throws(JSONFailure) in try JSONReader.read(bytes) }
    }
}
