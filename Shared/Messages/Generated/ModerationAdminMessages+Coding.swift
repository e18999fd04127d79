// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/moderation/v1/admin.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension ExplainTextRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__ExplainTextRequest

    package static var messageName: String { "parley.moderation.v1.ExplainTextRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__explain_text_request() }
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
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.text = try readText(c.pointee.text, in: Self.self, "text")
        self.direction = Direction(rawValue: Int32(bitPattern: c.pointee.direction.rawValue))
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__explain_text_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        if !text.isEmpty {
            c.pointee.text = arena.text(text)
        }
        if direction.rawValue != 0 {
            c.pointee.has_direction = 1
            c.pointee.direction = Parley__Moderation__V1__Direction(rawValue: UInt32(bitPattern: direction.rawValue))
        }
    }
}

extension BlockPhraseRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__BlockPhraseRequest

    package static var messageName: String { "parley.moderation.v1.BlockPhraseRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__block_phrase_request() }
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
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.phrase = try readText(c.pointee.phrase, in: Self.self, "phrase")
        self.redacts = c.pointee.redacts != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__block_phrase_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        if !phrase.isEmpty {
            c.pointee.phrase = arena.text(phrase)
        }
        if redacts {
            c.pointee.has_redacts = 1
            c.pointee.redacts = redacts ? 1 : 0
        }
    }
}

extension BlockPhraseReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__BlockPhraseReply

    package static var messageName: String { "parley.moderation.v1.BlockPhraseReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__block_phrase_reply() }
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
        self.policyVersion = c.pointee.policy_version
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__block_phrase_reply__init(c)
        if policyVersion != 0 {
            c.pointee.has_policy_version = 1
            c.pointee.policy_version = policyVersion
        }
    }
}

extension ListPhrasesRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__ListPhrasesRequest

    package static var messageName: String { "parley.moderation.v1.ListPhrasesRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__list_phrases_request() }
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
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__list_phrases_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
    }
}

extension ListPhrasesReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__ListPhrasesReply

    package static var messageName: String { "parley.moderation.v1.ListPhrasesReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__list_phrases_reply() }
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
        self.phrases = try readMessages(c.pointee.n_phrases, c.pointee.phrases, in: Self.self, "phrases")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__list_phrases_reply__init(c)
        if !phrases.isEmpty {
            c.pointee.n_phrases = phrases.count
            c.pointee.phrases = arena.messages(phrases)
        }
    }
}

extension PhraseRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Moderation__V1__PhraseRow

    package static var messageName: String { "parley.moderation.v1.PhraseRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_moderation__v1__phrase_row() }
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
        self.phrase = try readText(c.pointee.phrase, in: Self.self, "phrase")
        self.redacts = c.pointee.redacts != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__moderation__v1__phrase_row__init(c)
        if !phrase.isEmpty {
            c.pointee.phrase = arena.text(phrase)
        }
        if redacts {
            c.pointee.has_redacts = 1
            c.pointee.redacts = redacts ? 1 : 0
        }
    }
}
