// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import Primitives

/// Everything a real model needs to begin an answer.
struct PreparedAnswer: Sendable {
    var prompt: [TokenID]
    var decoding: AnswerDecoding?
    var reading: (any AnswerReading)?
    /// The request's stop strings and the template's.
    var stops: [String]
}

/// Renders conversations for one model, and knows how it calls tools.
///
/// A model whose own template is plain ChatML, as SmolLM2's is, is rendered by `ChatTemplate`, which takes
/// microseconds; any other by the template its file carries, which takes milliseconds. Tools go the template's own way
/// where it has one, else the generic one (`GenericTools`).
struct LlamaChat: Sendable {
    let tokenizer: LlamaTokenizer
    private let scanner: ControlScanner
    /// The model's template, where `ChatTemplate` does not do.
    private let template: LlamaChatTemplate?
    private let notation: LlamaChatTemplate
    private let nonce = UInt64.random(in: .min ... .max)
    /// Changes whenever equal messages would render differently.
    let templateHash: UInt64

    /// - Parameter source: a template of the operator's choice; nil takes the one the model's file carries.
    /// - Throws: `LlamaFailure.unsupported` for a model without a usable template whose vocabulary has no ChatML.
    init(model: LlamaModel, chatML: ChatTemplate, source: String? = nil) throws(LlamaFailure) {
        tokenizer = LlamaTokenizer(model: model, template: chatML)
        scanner = ControlScanner(model.controlNames)
        notation = try LlamaChatTemplate(GenericTools.notation)
        guard let source = source ?? model.chatTemplate else {
            guard tokenizer.hasChatML else { throw .unsupported("the model has no chat template, and knows no ChatML") }
            template = nil
            templateHash = chatML.hash
            return
        }
        let own = try LlamaChatTemplate(source, beginning: model.beginning, ending: model.ending)
        let isNative = tokenizer.hasChatML && Self.isChatML(own)
        template = isNative ? nil : own
        templateHash =
            isNative
            ? chatML.hash
            : source.utf8.reduce(0xCBF2_9CE4_8422_2325) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01B3
            }
    }

    /// Whether a template writes what `ChatTemplate` writes. The words are chosen so that a template that trims,
    /// joins or drops anything shows it.
    private static func isChatML(_ template: LlamaChatTemplate) -> Bool {
        let messages = [
            ChatMessage(role: .system, content: "Be kind. "), ChatMessage(role: .user, content: " Hello\n"),
            ChatMessage(role: .assistant, content: "Good day."), ChatMessage(role: .user, content: "How are you?"),
        ]
        let expected = ChatTemplate().render(messages).reduce(into: "") { text, piece in
            switch piece {
            case .control(let name), .text(let name): text += name
            case .generated(_, let written): text += written
            }
        }
        let request = JSONValue.object(JSONObject([.init(name: "messages", value: .array(messages.map(json)))]))
        // A template that refuses such a conversation is not ChatML.
        guard let answer = try? template.render(request.text), let rendering = try? Rendering(answer) else {
            return false
        }
        return rendering.prompt == expected
    }

    // MARK: Prompts

    /// The prompt's tokens alone.
    func tokens(of messages: [ChatMessage], at now: Timestamp) throws -> [TokenID] {
        let toldsCalls = messages.contains { $0.role == .tool || !$0.calls.isEmpty }
        guard let template else {
            return try tokenizer.tokens(of: toldsCalls ? GenericTools.told(messages, tools: []) : messages)
        }
        let told = toldsCalls && !template.supportsTools ? GenericTools.told(messages, tools: []) : messages
        return try rendered(template, told, tools: [], structure: nil, at: now).tokens
    }

    func prepare(_ request: GenerationRequest, at now: Timestamp) throws -> PreparedAnswer {
        var answer = PreparedAnswer(prompt: [], stops: request.stops)
        var grammar: LlamaGrammar?
        var spellings: [TokenID: [UInt8]] = [:]
        if let structure = request.structure, !structure.tools.isEmpty {
            let rendering: Rendering
            if let template, template.supportsTools {
                (answer.prompt, rendering) = try rendered(
                    template, request.messages, tools: structure.tools, structure: structure, at: now)
            } else {
                let told = GenericTools.told(request.messages, tools: structure.tools)
                answer.prompt = try tokens(of: told, at: now)
                rendering = try rendered(
                    notation, [ChatMessage(role: .user, content: "")], tools: structure.tools, structure: structure,
                    at: now
                ).rendering
            }
            answer.stops += rendering.stops
            answer.reading = CallReading(try parser(rendering), idSeed: structure.idSeed)
            grammar = try self.grammar(rendering, structure)
            for name in rendering.preserved {
                if let token = scanner.token(named: name) { spellings[TokenID(token)] = Array(name.utf8) }
            }
        } else {
            answer.prompt = try tokens(of: request.messages, at: now)
            if let structure = request.structure, let schema = structure.schema {
                grammar = try self.grammar(schema)
                if structure.isStrict { answer.reading = DocumentReading(schema) }
            }
        }
        answer.decoding = AnswerDecoding(
            request, prompt: answer.prompt, grammar: grammar, spellings: spellings)
        return answer
    }

    private func rendered(
        _ template: LlamaChatTemplate, _ messages: [ChatMessage], tools: [JSONValue], structure: AnswerStructure?,
        at now: Timestamp
    ) throws -> (tokens: [TokenID], rendering: Rendering) {
        var guardian = GuardedText(scanner, nonce: nonce)
        var written: [JSONValue] = []
        for message in messages { written.append(Self.json(message, &guardian, tokenizer)) }
        var members = [JSONObject.Member(name: "messages", value: .array(written))]
        if let structure, !tools.isEmpty {
            members.append(.init(name: "tools", value: guardian.guarded(.array(tools))))
            members.append(.init(name: "tool_choice", value: Self.json(structure.choice)))
            members.append(.init(name: "parallel_tool_calls", value: .bool(structure.allowsParallelCalls)))
        }
        members.append(.init(name: "now", value: .integer(now.seconds)))
        let rendering: Rendering
        do {
            rendering = try Rendering(try template.render(JSONValue.object(JSONObject(members)).text))
        } catch LlamaFailure.chat {
            // What the library said may quote the conversation: it goes neither to the log nor to the caller.
            throw EngineRefusal.unusable(
                reason: "messages", message: "This model's template does not take these messages or tools.")
        }
        return (try tokens(of: guardian.pieces(of: Array(rendering.prompt.utf8))), rendering)
    }

    private func tokens(of pieces: [PromptToken]) throws -> [TokenID] {
        var tokens: [TokenID] = []
        for piece in pieces {
            switch piece {
            case .control(let token): tokens.append(token)
            case .text(let bytes): tokens += try tokenizer.tokens(of: String(decoding: bytes, as: UTF8.self))
            case .generated(let ids, _): tokens += ids
            }
        }
        if let first = tokenizer.model.beginningToken, tokens.first != TokenID(first) {
            tokens.insert(TokenID(first), at: 0)
        }
        return tokens
    }

    // MARK: Shapes

    private func parser(_ rendering: Rendering) throws -> LlamaAnswerParser {
        do {
            return try LlamaAnswerParser(rendering.parser)
        } catch {
            throw EngineRefusal.unusable(
                reason: "tools", message: "This model's answers to these tools cannot be read.")
        }
    }

    private func grammar(_ rendering: Rendering, _ structure: AnswerStructure) throws -> LlamaGrammar? {
        guard !rendering.grammar.isEmpty else { return nil }
        let refusal = EngineRefusal.unusable(reason: "tools", message: "These tools' parameters cannot be used.")
        do {
            guard structure.choice != .auto else {
                return try LlamaGrammar(rendering.grammar, triggers: rendering.triggers, for: tokenizer.model)
            }
            var isSingle = !structure.allowsParallelCalls
            if case .named = structure.choice { isSingle = true }
            let grammar = try LlamaGrammar(
                CallGrammar.forced(rendering.grammar, isSingle: isSingle), for: tokenizer.model)
            let prefill = GuardedText(scanner, nonce: nonce).pieces(of: Array(rendering.prefill.utf8))
            for piece in prefill {
                switch piece {
                case .control(let token): try grammar.accept(LlamaToken(bitPattern: token))
                case .text(let bytes):
                    for token in try tokenizer.tokens(of: String(decoding: bytes, as: UTF8.self)) {
                        try grammar.accept(LlamaToken(bitPattern: token))
                    }
                case .generated: break
                }
            }
            guard try hasBeginning(grammar) else { throw refusal }
            return grammar
        } catch is LlamaFailure {
            throw refusal
        }
    }

    private func grammar(_ schema: JSONSchema) throws -> LlamaGrammar {
        do {
            let grammar = try LlamaGrammar(
                try LlamaGrammar.source(ofSchema: schema.root.text), for: tokenizer.model)
            guard try hasBeginning(grammar) else {
                throw EngineRefusal.unusable(
                    reason: "unsatisfiable_schema", message: "The schema in response_format allows no document.")
            }
            return grammar
        } catch is LlamaFailure {
            throw EngineRefusal.unusable(
                reason: "response_format", message: "The schema in response_format cannot be used.")
        }
    }

    /// Whether anything may come first: some schemas become grammars that allow nothing.
    private func hasBeginning(_ grammar: LlamaGrammar) throws(LlamaFailure) -> Bool {
        var logits = [Float](repeating: 0, count: tokenizer.model.vocabularySize)
        var result: Result<Int, LlamaFailure> = .success(0)
        logits.withUnsafeMutableBufferPointer { buffer in
            result = Result { () throws(LlamaFailure) in try grammar.mask(buffer) }
        }
        return try result.get() > 0
    }
}
