// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/moderation/v1/moderation.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension JudgeTextRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__JudgeTextRequest

    package static var messageName: String { "parley.moderation.v1.JudgeTextRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__judge_text_request() }
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
        self.text = try readText(c.pointee.text, in: Self.self, "text")
        self.direction = Direction(rawValue: Int32(bitPattern: c.pointee.direction.rawValue))
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__judge_text_request__init(c)
        if !text.isEmpty {
            c.pointee.text = arena.text(text)
        }
        if direction.rawValue != 0 {
            c.pointee.has_direction = 1
            c.pointee.direction = Parley__Moderation__V1__Direction(rawValue: UInt32(bitPattern: direction.rawValue))
        }
    }
}

extension Redaction: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__Redaction

    package static var messageName: String { "parley.moderation.v1.Redaction" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__redaction() }
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
        self.startByte = c.pointee.start_byte
        self.endByte = c.pointee.end_byte
        self.replacement = try readText(c.pointee.replacement, in: Self.self, "replacement")
        self.kind = try readText(c.pointee.kind, in: Self.self, "kind")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__redaction__init(c)
        if startByte != 0 {
            c.pointee.has_start_byte = 1
            c.pointee.start_byte = startByte
        }
        if endByte != 0 {
            c.pointee.has_end_byte = 1
            c.pointee.end_byte = endByte
        }
        if !replacement.isEmpty {
            c.pointee.replacement = arena.text(replacement)
        }
        if !kind.isEmpty {
            c.pointee.kind = arena.text(kind)
        }
    }
}

extension Verdict: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__Verdict

    package static var messageName: String { "parley.moderation.v1.Verdict" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__verdict() }
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
        self.action = VerdictAction(rawValue: Int32(bitPattern: c.pointee.action.rawValue))
        self.redactions = try readMessages(c.pointee.n_redactions, c.pointee.redactions, in: Self.self, "redactions")
        self.reasons = try readTexts(c.pointee.n_reasons, c.pointee.reasons, in: Self.self, "reasons")
        self.policyVersion = c.pointee.policy_version
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__verdict__init(c)
        if action.rawValue != 0 {
            c.pointee.has_action = 1
            c.pointee.action = Parley__Moderation__V1__VerdictAction(rawValue: UInt32(bitPattern: action.rawValue))
        }
        if !redactions.isEmpty {
            c.pointee.n_redactions = redactions.count
            c.pointee.redactions = arena.messages(redactions)
        }
        if !reasons.isEmpty {
            c.pointee.n_reasons = reasons.count
            c.pointee.reasons = arena.texts(reasons)
        }
        if policyVersion != 0 {
            c.pointee.has_policy_version = 1
            c.pointee.policy_version = policyVersion
        }
    }
}

extension JudgeStreamStart: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__JudgeStreamStart

    package static var messageName: String { "parley.moderation.v1.JudgeStreamStart" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__judge_stream_start() }
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
        self.direction = Direction(rawValue: Int32(bitPattern: c.pointee.direction.rawValue))
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__judge_stream_start__init(c)
        if direction.rawValue != 0 {
            c.pointee.has_direction = 1
            c.pointee.direction = Parley__Moderation__V1__Direction(rawValue: UInt32(bitPattern: direction.rawValue))
        }
    }
}

extension JudgeStreamChunk: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__JudgeStreamChunk

    package static var messageName: String { "parley.moderation.v1.JudgeStreamChunk" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__judge_stream_chunk() }
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
        self.offset = c.pointee.offset
        self.text = try readText(c.pointee.text, in: Self.self, "text")
        self.isLast = c.pointee.is_last != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__judge_stream_chunk__init(c)
        if offset != 0 {
            c.pointee.has_offset = 1
            c.pointee.offset = offset
        }
        if !text.isEmpty {
            c.pointee.text = arena.text(text)
        }
        if isLast {
            c.pointee.has_is_last = 1
            c.pointee.is_last = isLast ? 1 : 0
        }
    }
}

extension JudgeStreamInput: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__JudgeStreamInput

    package static var messageName: String { "parley.moderation.v1.JudgeStreamInput" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__judge_stream_input() }
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
        switch c.pointee.kind_case {
        case PARLEY__MODERATION__V1__JUDGE_STREAM_INPUT__KIND_START:
            self.kind = .start(try readMessage(c.pointee.start, in: Self.self, "start"))
        case PARLEY__MODERATION__V1__JUDGE_STREAM_INPUT__KIND_CHUNK:
            self.kind = .chunk(try readMessage(c.pointee.chunk, in: Self.self, "chunk"))
        default: self.kind = nil
        }
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__judge_stream_input__init(c)
        switch kind {
        case .start(let value):
            c.pointee.kind_case = PARLEY__MODERATION__V1__JUDGE_STREAM_INPUT__KIND_START
            c.pointee.start = arena.message(value)
        case .chunk(let value):
            c.pointee.kind_case = PARLEY__MODERATION__V1__JUDGE_STREAM_INPUT__KIND_CHUNK
            c.pointee.chunk = arena.message(value)
        case nil: break
        }
    }
}

extension JudgeStreamOutput: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__JudgeStreamOutput

    package static var messageName: String { "parley.moderation.v1.JudgeStreamOutput" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__judge_stream_output() }
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
        self.releasedUpTo = c.pointee.released_up_to
        self.redactions = try readMessages(c.pointee.n_redactions, c.pointee.redactions, in: Self.self, "redactions")
        self.stopReason = try readTextIfPresent(c.pointee.stop_reason, in: Self.self, "stop_reason")
        self.failMode = FailMode(rawValue: Int32(bitPattern: c.pointee.fail_mode.rawValue))
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__judge_stream_output__init(c)
        if releasedUpTo != 0 {
            c.pointee.has_released_up_to = 1
            c.pointee.released_up_to = releasedUpTo
        }
        if !redactions.isEmpty {
            c.pointee.n_redactions = redactions.count
            c.pointee.redactions = arena.messages(redactions)
        }
        if let stopReason {
            c.pointee.stop_reason = arena.text(stopReason)
        }
        if failMode.rawValue != 0 {
            c.pointee.has_fail_mode = 1
            c.pointee.fail_mode = Parley__Moderation__V1__FailMode(rawValue: UInt32(bitPattern: failMode.rawValue))
        }
    }
}
