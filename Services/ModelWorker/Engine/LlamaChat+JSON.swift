// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import Primitives

/// What a template made of a request.
struct Rendering {
    var prompt: String
    var grammar: String
    var isLazy: Bool
    var triggers: [String]
    /// What the grammar wants to have seen before the answer's first token.
    var prefill: String
    var stops: [String]
    var preserved: [String]
    var parser: [UInt8]

    /// - Throws: `EngineRefusal.broken` for an answer that is not the chat library's.
    init(_ answer: [UInt8]) throws {
        let value = try JSONReader.read(answer)
        guard case .object(let object) = value, case .string(let prompt) = object["prompt"],
            case .string(let grammar) = object["grammar"], case .string(let prefill) = object["prefill"],
            let parser = object["parser"]
        else { throw EngineRefusal.broken }
        self.prompt = prompt
        self.grammar = grammar
        self.prefill = prefill
        self.parser = parser.text
        isLazy = object["is_lazy"] == .bool(true)
        triggers = Self.strings(object["triggers"])
        stops = Self.strings(object["stops"])
        preserved = Self.strings(object["preserved"])
    }

    private static func strings(_ value: JSONValue?) -> [String] {
        guard case .array(let items) = value else { return [] }
        return items.compactMap { item in
            if case .string(let text) = item { text } else { nil }
        }
    }
}

/// Messages and choices as the chat library reads them.
extension LlamaChat {
    static func json(_ choice: AnswerStructure.ToolChoice) -> JSONValue {
        switch choice {
        case .auto: .string("auto")
        case .required: .string("required")
        case .named(let name):
            .object(
                JSONObject([
                    .init(name: "type", value: .string("function")),
                    .init(name: "function", value: .object(JSONObject([.init(name: "name", value: .string(name))]))),
                ]))
        }
    }

    static func json(_ message: ChatMessage) -> JSONValue {
        .object(
            JSONObject([
                .init(name: "role", value: .string(message.role.rawValue)),
                .init(name: "content", value: .string(message.content)),
            ]))
    }

    /// A message with every control token's name in it guarded, and a stored answer kept in its tokens.
    static func json(
        _ message: ChatMessage, _ guardian: inout GuardedText, _ tokenizer: LlamaTokenizer
    ) -> JSONValue {
        let isStored = message.role == .assistant && !message.tokens.isEmpty && message.calls.isEmpty
        let content =
            isStored && tokenizer.spells(message.tokens, message.content)
            ? guardian.guarded(message.tokens, text: message.content) : guardian.guarded(message.content)
        var members: [JSONObject.Member] = [
            .init(name: "role", value: .string(message.role.rawValue)),
            .init(
                name: "content", value: content.isEmpty && !message.calls.isEmpty ? .null : .string(content)),
        ]
        if !message.calls.isEmpty {
            var calls: [JSONValue] = []
            for call in message.calls {
                var call = call
                call.arguments = String(decoding: guardian.guarded(arguments(call)).text, as: UTF8.self)
                call.id = guardian.guarded(call.id)
                call.name = guardian.guarded(call.name)
                calls.append(call.json)
            }
            members.append(.init(name: "tool_calls", value: .array(calls)))
        }
        if let id = message.callID { members.append(.init(name: "tool_call_id", value: .string(guardian.guarded(id)))) }
        return .object(JSONObject(members))
    }

    /// A past call's arguments as the object that templates expect. A model may have written something else, and a
    /// client sends it back as it was.
    private static func arguments(_ call: ToolCall) -> JSONValue {
        if let value = try? JSONReader.read(call.arguments), case .object = value { return value }
        guard !call.arguments.isEmpty else { return .object(JSONObject()) }
        return .object(JSONObject([.init(name: "text", value: .string(call.arguments))]))
    }
}
