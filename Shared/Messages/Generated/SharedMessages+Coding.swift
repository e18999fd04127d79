// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/common/v1/common.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension Acknowledgement: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Common__V1__Acknowledgement

    package static var messageName: String { "parley.common.v1.Acknowledgement" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_common__v1__acknowledgement() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.init()
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__common__v1__acknowledgement__init(c)
    }
}

extension Usage: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Common__V1__Usage

    package static var messageName: String { "parley.common.v1.Usage" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_common__v1__usage() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.promptTokens = c.pointee.prompt_tokens
        self.cachedTokens = c.pointee.cached_tokens
        self.completionTokens = c.pointee.completion_tokens
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__common__v1__usage__init(c)
        if promptTokens != 0 {
            c.pointee.has_prompt_tokens = 1
            c.pointee.prompt_tokens = promptTokens
        }
        if cachedTokens != 0 {
            c.pointee.has_cached_tokens = 1
            c.pointee.cached_tokens = cachedTokens
        }
        if completionTokens != 0 {
            c.pointee.has_completion_tokens = 1
            c.pointee.completion_tokens = completionTokens
        }
    }
}

extension PromptMessage: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Common__V1__PromptMessage

    package static var messageName: String { "parley.common.v1.PromptMessage" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_common__v1__prompt_message() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.role = try readText(c.pointee.role, in: Self.self, "role")
        self.content = try readText(c.pointee.content, in: Self.self, "content")
        self.name = try readTextIfPresent(c.pointee.name, in: Self.self, "name")
        self.toolCallsJSON = c.pointee.has_tool_calls_json != 0 ? readBytes(c.pointee.tool_calls_json) : nil
        self.toolCallID = try readTextIfPresent(c.pointee.tool_call_id, in: Self.self, "tool_call_id")
        self.tokenIDs = readScalars(c.pointee.n_token_ids, c.pointee.token_ids)
        self.tokenizer = try readTextIfPresent(c.pointee.tokenizer, in: Self.self, "tokenizer")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__common__v1__prompt_message__init(c)
        if !role.isEmpty {
            c.pointee.role = arena.text(role)
        }
        if !content.isEmpty {
            c.pointee.content = arena.text(content)
        }
        if let name {
            c.pointee.name = arena.text(name)
        }
        if let toolCallsJSON {
            c.pointee.has_tool_calls_json = 1
            c.pointee.tool_calls_json = arena.bytes(toolCallsJSON)
        }
        if let toolCallID {
            c.pointee.tool_call_id = arena.text(toolCallID)
        }
        if !tokenIDs.isEmpty {
            c.pointee.n_token_ids = tokenIDs.count
            c.pointee.token_ids = arena.scalars(tokenIDs)
        }
        if let tokenizer {
            c.pointee.tokenizer = arena.text(tokenizer)
        }
    }
}

extension Sampling: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Common__V1__Sampling

    package static var messageName: String { "parley.common.v1.Sampling" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_common__v1__sampling() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.temperature = c.pointee.has_temperature != 0 ? c.pointee.temperature : nil
        self.topP = c.pointee.has_top_p != 0 ? c.pointee.top_p : nil
        self.topK = c.pointee.has_top_k != 0 ? c.pointee.top_k : nil
        self.seed = c.pointee.has_seed != 0 ? c.pointee.seed : nil
        self.minP = c.pointee.has_min_p != 0 ? c.pointee.min_p : nil
        self.presencePenalty = c.pointee.has_presence_penalty != 0 ? c.pointee.presence_penalty : nil
        self.frequencyPenalty = c.pointee.has_frequency_penalty != 0 ? c.pointee.frequency_penalty : nil
        self.repetitionPenalty = c.pointee.has_repetition_penalty != 0 ? c.pointee.repetition_penalty : nil
        self.logitBias = try readMessages(c.pointee.n_logit_bias, c.pointee.logit_bias, in: Self.self, "logit_bias")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__common__v1__sampling__init(c)
        if let temperature {
            c.pointee.has_temperature = 1
            c.pointee.temperature = temperature
        }
        if let topP {
            c.pointee.has_top_p = 1
            c.pointee.top_p = topP
        }
        if let topK {
            c.pointee.has_top_k = 1
            c.pointee.top_k = topK
        }
        if let seed {
            c.pointee.has_seed = 1
            c.pointee.seed = seed
        }
        if let minP {
            c.pointee.has_min_p = 1
            c.pointee.min_p = minP
        }
        if let presencePenalty {
            c.pointee.has_presence_penalty = 1
            c.pointee.presence_penalty = presencePenalty
        }
        if let frequencyPenalty {
            c.pointee.has_frequency_penalty = 1
            c.pointee.frequency_penalty = frequencyPenalty
        }
        if let repetitionPenalty {
            c.pointee.has_repetition_penalty = 1
            c.pointee.repetition_penalty = repetitionPenalty
        }
        if !logitBias.isEmpty {
            c.pointee.n_logit_bias = logitBias.count
            c.pointee.logit_bias = arena.messages(logitBias)
        }
    }
}

extension LogitBias: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Common__V1__LogitBias

    package static var messageName: String { "parley.common.v1.LogitBias" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_common__v1__logit_bias() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.tokenID = c.pointee.token_id
        self.bias = c.pointee.bias
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__common__v1__logit_bias__init(c)
        if tokenID != 0 {
            c.pointee.has_token_id = 1
            c.pointee.token_id = tokenID
        }
        if bias.bitPattern != 0 {
            c.pointee.has_bias = 1
            c.pointee.bias = bias
        }
    }
}

extension TokenAlternative: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Common__V1__TokenAlternative

    package static var messageName: String { "parley.common.v1.TokenAlternative" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_common__v1__token_alternative() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.spelling = readBytes(c.pointee.spelling)
        self.logprob = c.pointee.logprob
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__common__v1__token_alternative__init(c)
        if !spelling.isEmpty {
            c.pointee.has_spelling = 1
            c.pointee.spelling = arena.bytes(spelling)
        }
        if logprob.bitPattern != 0 {
            c.pointee.has_logprob = 1
            c.pointee.logprob = logprob
        }
    }
}

extension TokenLogprob: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Common__V1__TokenLogprob

    package static var messageName: String { "parley.common.v1.TokenLogprob" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_common__v1__token_logprob() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.spelling = readBytes(c.pointee.spelling)
        self.logprob = c.pointee.logprob
        self.top = try readMessages(c.pointee.n_top, c.pointee.top, in: Self.self, "top")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__common__v1__token_logprob__init(c)
        if !spelling.isEmpty {
            c.pointee.has_spelling = 1
            c.pointee.spelling = arena.bytes(spelling)
        }
        if logprob.bitPattern != 0 {
            c.pointee.has_logprob = 1
            c.pointee.logprob = logprob
        }
        if !top.isEmpty {
            c.pointee.n_top = top.count
            c.pointee.top = arena.messages(top)
        }
    }
}

extension AnswerLogprobs: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Common__V1__AnswerLogprobs

    package static var messageName: String { "parley.common.v1.AnswerLogprobs" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_common__v1__answer_logprobs() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.seq = c.pointee.seq
        self.tokens = try readMessages(c.pointee.n_tokens, c.pointee.tokens, in: Self.self, "tokens")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__common__v1__answer_logprobs__init(c)
        if seq != 0 {
            c.pointee.has_seq = 1
            c.pointee.seq = seq
        }
        if !tokens.isEmpty {
            c.pointee.n_tokens = tokens.count
            c.pointee.tokens = arena.messages(tokens)
        }
    }
}

extension Citation: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Common__V1__Citation

    package static var messageName: String { "parley.common.v1.Citation" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_common__v1__citation() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.number = c.pointee.number
        self.fileID = try readIdentifier(c.pointee.has_file_id != 0, c.pointee.file_id, in: Self.self, "file_id")
        self.passageID = try readIdentifier(c.pointee.has_passage_id != 0, c.pointee.passage_id, in: Self.self, "passage_id")
        self.filename = try readText(c.pointee.filename, in: Self.self, "filename")
        self.text = try readText(c.pointee.text, in: Self.self, "text")
        self.score = c.pointee.score
        self.startByte = c.pointee.start_byte
        self.endByte = c.pointee.end_byte
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__common__v1__citation__init(c)
        if number != 0 {
            c.pointee.has_number = 1
            c.pointee.number = number
        }
        c.pointee.has_file_id = 1
        c.pointee.file_id = arena.identifier(fileID)
        c.pointee.has_passage_id = 1
        c.pointee.passage_id = arena.identifier(passageID)
        if !filename.isEmpty {
            c.pointee.filename = arena.text(filename)
        }
        if !text.isEmpty {
            c.pointee.text = arena.text(text)
        }
        if score.bitPattern != 0 {
            c.pointee.has_score = 1
            c.pointee.score = score
        }
        if startByte != 0 {
            c.pointee.has_start_byte = 1
            c.pointee.start_byte = startByte
        }
        if endByte != 0 {
            c.pointee.has_end_byte = 1
            c.pointee.end_byte = endByte
        }
    }
}
