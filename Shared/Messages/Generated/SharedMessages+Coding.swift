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
