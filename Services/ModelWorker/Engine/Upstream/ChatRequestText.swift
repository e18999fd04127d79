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
    /// - Throws: `UpstreamRefusal` for what this kind of server cannot be asked.
    init(_ request: GenerateRequest, model: String, kind: UpstreamServer.Kind, maxTokens: Int) throws(UpstreamRefusal) {
        var text = JSONText()
        text.openObject()
        // First, for a server that keeps prefixes by their bytes.
        text.field("model", model)
        try Self.write(request.messages, resumed: request.resumeText, to: &text)
        if let tools = request.toolsJSON {
            text.name("tools")
            text.json(try Self.array(tools))
        }
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
        if request.resumeText != nil { try Self.continueLast(kind, &text) }
        if kind == .vllm {
            // Keeps one tenant's cached prefixes from another's, whose times would tell them.
            text.field("cache_salt", Hex.encode(request.tenantSalt))
        }
        text.closeObject()
        bytes = text.bytes
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
            text.field("content", String(decoding: resumed, as: UTF8.self))
            text.closeObject()
        }
        text.closeArray()
    }

    private static func write(_ sampling: Sampling, _ kind: UpstreamServer.Kind, to text: inout JSONText) {
        if let temperature = sampling.temperature {
            text.name("temperature")
            text.number(Double("\(temperature)") ?? 0)
        }
        if let topP = sampling.topP {
            text.name("top_p")
            text.number(Double("\(topP)") ?? 1)
        }
        // No part of OpenAI's API: who does not know it may refuse the request.
        if let topK = sampling.topK, topK > 0, kind != .unknown {
            text.name("top_k")
            text.integer(topK)
        }
        if let seed = sampling.seed {
            text.name("seed")
            // Thirty-one bits are what every server's number has room for; small seeds stay what they are.
            text.integer(seed >> 31 == 0 ? seed : (seed ^ seed >> 31) & 0x7FFF_FFFF)
        }
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
        let value = try? bytes.withUnsafeBytes { bytes throws(JSONFailure) in try JSONReader.read(bytes) }
        guard case .array? = value else { throw .refused(status: 400) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
