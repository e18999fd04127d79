// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import Primitives
import Settings
import TestKit
import Testing

@testable import ModelWorkerService

@Suite(.timeLimit(.minutes(1))) struct ChatRequestTextTests {
    private static func body(
        _ kind: UpstreamServer.Kind, _ change: (inout GenerateRequest) -> Void = { _ in }
    ) throws -> JSONObject {
        let original = try #require(ForeignServer.request(1, change).original)
        let text = try ChatRequestText(original, model: "big", kind: kind, maxTokens: 64)
        guard case .object(let object) = try text.bytes.withUnsafeBytes({ try JSONReader.read($0) }) else {
            throw UpstreamRefusal.unsupported("be no object")
        }
        return object
    }

    /// Goal: what nobody asked for is not said.
    @Test func aPlainRequestIsPlain() throws {
        let body = try Self.body(.unknown)
        #expect(body.members.map(\.name) == ["model", "messages", "stream", "stream_options", "max_tokens"])
        #expect(body["stream_options"] == .object(JSONObject([.init(name: "include_usage", value: .bool(true))])))
        #expect(body["max_tokens"] == .integer(64))
    }

    @Test func everythingAskedForIsSaid() throws {
        let body = try Self.body(.vllm) { request in
            request.messages = [
                PromptMessage(role: "system", content: "say \"it\"\n"),
                PromptMessage(role: "user", content: "hi", name: "Ann"),
                PromptMessage(role: "assistant", content: "", toolCallsJSON: Array(#"[{"id":"c"}]"#.utf8)),
                PromptMessage(role: "tool", content: "42", toolCallID: "c"),
            ]
            request.toolsJSON = Array(#"[{"type":"function"}]"#.utf8)
            request.toolName = "time"
            request.responseFormatJSON = Array(#"{"type":"text"}"#.utf8)
            request.sampling = Sampling(temperature: 0.7, topP: 0.9, topK: 40, seed: 7, repetitionPenalty: 1.1)
            request.stop = ["END"]
        }
        #expect(body["temperature"] == .decimal(0.7) && body["top_p"] == .decimal(0.9))
        #expect(body["top_k"] == .integer(40) && body["seed"] == .integer(7))
        #expect(body["repetition_penalty"] == .decimal(1.1) && body["response_format"] != nil)
        let name = JSONObject([.init(name: "name", value: .string("time"))])
        let choice = JSONObject([
            .init(name: "type", value: .string("function")), .init(name: "function", value: .object(name)),
        ])
        #expect(body["tool_choice"] == .object(choice))
        #expect(body["stop"] == .array([.string("END")]))
        #expect(body["cache_salt"] == .string(String(repeating: "01", count: 16)))
        #expect(body["tools"] == .array([.object(JSONObject([.init(name: "type", value: .string("function"))]))]))
        guard case .array(let messages)? = body["messages"], case .object(let last)? = messages.last else {
            Issue.record("no messages")
            return
        }
        #expect(messages.count == 4 && last["tool_call_id"] == .string("c"))
        guard case .object(let calling) = messages[2] else { return }
        #expect(calling["tool_calls"] == .array([.object(JSONObject([.init(name: "id", value: .string("c"))]))]))
    }

    @Test func extensionsAreKeptFromStrangers() throws {
        let body = try Self.body(.unknown) { $0.sampling.topK = 40 }
        #expect(body["top_k"] == nil && body["cache_salt"] == nil)
    }

    /// Goal: a begun answer that ends within a character is gone on with from the character before.
    @Test func onlyWholeCharactersAreSent() throws {
        for (cut, whole) in [(1, "aß"), (2, "aß"), (3, "aß"), (4, "aß🦜")] {
            let body = try Self.body(.vllm) { $0.resumeText = Array("aß".utf8) + Array("🦜".utf8).prefix(cut) }
            guard case .array(let messages)? = body["messages"], case .object(let last)? = messages.last else {
                continue
            }
            #expect(last["content"] == .string(whole))
        }
    }

    @Test func anySeedFits() throws {
        for seed in [0, 42, UInt64.max, 1 << 40] {
            guard case .integer(let said)? = try Self.body(.vllm, { $0.sampling.seed = seed })["seed"] else { continue }
            #expect((0...0x7FFF_FFFF).contains(said))
        }
    }

    /// Goal: what came as the client's JSON cannot add to the request around it.
    @Test(arguments: [#"[],"model":"other""#, "{}", "", "[", #"[] , {}"#])
    func toolsAreAnArrayAndNothingElse(tools: String) {
        #expect(throws: UpstreamRefusal.refused(status: 400)) {
            try Self.body(.vllm) { $0.toolsJSON = Array(tools.utf8) }
        }
    }

    /// Goal: an answer that another worker began is gone on with where the server can do that.
    @Test func aBegunAnswerIsGoneOnWith() throws {
        let resume: (inout GenerateRequest) -> Void = { $0.resumeText = Array("One two".utf8) }
        for kind in [UpstreamServer.Kind.vllm, .sglang, .llamacpp] {
            let body = try Self.body(kind, resume)
            guard case .array(let messages)? = body["messages"], case .object(let last)? = messages.last else {
                Issue.record("no messages")
                continue
            }
            #expect(last["role"] == .string("assistant") && last["content"] == .string("One two"))
            #expect(body["continue_final_message"] == (kind == .llamacpp ? nil : .bool(true)))
            #expect(body["add_generation_prompt"] == (kind == .vllm ? .bool(false) : nil))
        }
        #expect(throws: UpstreamRefusal.unsupported("go on with an answer that another worker began")) {
            try Self.body(.unknown, resume)
        }
    }

    /// Goal: the whole way: model and adapter by name, tokens before ours counted, the key where it belongs.
    @Test func theServerIsAskedForTheRightThing() async throws {
        let server = try await ForeignServer.start(key: Secret("sk-abc")) { _ in ForeignServer.answer }
        try await server.serving {
            let resumed = ForeignServer.request(1, resumed: [1, 2, 3], max: 10) { $0.resumeText = Array("a b c".utf8) }
            let reading = try await server.engine.read(resumed)
            #expect(reading.end?.completionTokens == 8)
            _ = try await server.engine.read(ForeignServer.request(2, adapter: "adapted"))
            #expect(await server.refusal(ForeignServer.request(3, adapter: "other")) == .unknownAdapter)
            #expect(await server.refusal(ForeignServer.request(4, resumed: [1])) != nil)
            let whole = try await server.engine.read(ForeignServer.request(5, resumed: [1, 2], max: 2))
            #expect(whole.end?.reason == .length && whole.end?.completionTokens == 2)
        }
        let chats = server.chats
        #expect(chats.count == 2)
        #expect(chats[0].body.contains(#""model":"big""#) && chats[0].body.contains(#""max_tokens":7"#))
        #expect(chats[1].body.contains(#""model":"adapted""#))
        #expect(server.http.now.requests.allSatisfy { $0.text.contains("\r\nauthorization: Bearer sk-abc\r\n") })
    }

    @Test func tokensAreTheServersOrNobodys() async throws {
        let vllm = try await ForeignServer.start(others: ["/tokenize": #"{"count":2,"tokens":[7,8]}"#])
        try await vllm.serving {
            let plain = try await vllm.engine.tokenize("a b")
            let rendered = try await vllm.engine.tokenize([ChatMessage(role: .user, content: "a")])
            #expect(plain == [7, 8] && rendered == [7, 8])
        }
        let llama = try await ForeignServer.start(
            owner: "llamacpp", others: ["/tokenize": #"{"tokens":[9]}"#, "/apply-template": #"{"prompt":"x"}"#])
        try await llama.serving {
            let rendered = try await llama.engine.tokenize([ChatMessage(role: .user, content: "a")])
            #expect(rendered == [9])
        }
        let other = try await ForeignServer.start(owner: "someone")
        try await other.serving {
            let refusal: EngineRefusal?
            do {
                _ = try await other.engine.tokenize("a")
                refusal = nil
            } catch {
                refusal = error as? EngineRefusal
            }
            #expect(refusal == .upstream(.unsupported("count tokens")))
        }
    }
}
