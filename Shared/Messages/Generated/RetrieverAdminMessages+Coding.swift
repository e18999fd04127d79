// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/retriever/v1/admin.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension SearchPassagesRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__SearchPassagesRequest

    package static var messageName: String { "parley.retriever.v1.SearchPassagesRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__search_passages_request() }
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
        self.query = try readText(c.pointee.query, in: Self.self, "query")
        self.limit = c.pointee.limit
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__search_passages_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        if !query.isEmpty {
            c.pointee.query = arena.text(query)
        }
        if limit != 0 {
            c.pointee.has_limit = 1
            c.pointee.limit = limit
        }
    }
}

extension SearchPassagesReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__SearchPassagesReply

    package static var messageName: String { "parley.retriever.v1.SearchPassagesReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__search_passages_reply() }
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
        self.passages = try readMessages(c.pointee.n_passages, c.pointee.passages, in: Self.self, "passages")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__search_passages_reply__init(c)
        if !passages.isEmpty {
            c.pointee.n_passages = passages.count
            c.pointee.passages = arena.messages(passages)
        }
    }
}

extension GetIngestionRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__GetIngestionRequest

    package static var messageName: String { "parley.retriever.v1.GetIngestionRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__get_ingestion_request() }
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
        parley__retriever__v1__get_ingestion_request__init(c)
    }
}

extension GetIngestionReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__GetIngestionReply

    package static var messageName: String { "parley.retriever.v1.GetIngestionReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__get_ingestion_reply() }
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
        self.stored = c.pointee.stored
        self.chunked = c.pointee.chunked
        self.searchable = c.pointee.searchable
        self.failed = c.pointee.failed
        self.passages = c.pointee.passages
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__get_ingestion_reply__init(c)
        if stored != 0 {
            c.pointee.has_stored = 1
            c.pointee.stored = stored
        }
        if chunked != 0 {
            c.pointee.has_chunked = 1
            c.pointee.chunked = chunked
        }
        if searchable != 0 {
            c.pointee.has_searchable = 1
            c.pointee.searchable = searchable
        }
        if failed != 0 {
            c.pointee.has_failed = 1
            c.pointee.failed = failed
        }
        if passages != 0 {
            c.pointee.has_passages = 1
            c.pointee.passages = passages
        }
    }
}
