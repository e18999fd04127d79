// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/retriever/v1/retriever.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension FindPassagesRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__FindPassagesRequest

    package static var messageName: String { "parley.retriever.v1.FindPassagesRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__find_passages_request() }
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
        self.query = try readText(c.pointee.query, in: Self.self, "query")
        self.limit = c.pointee.limit
        self.fileIDs = try readIdentifiers(c.pointee.n_file_ids, c.pointee.file_ids, in: Self.self, "file_ids")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__find_passages_request__init(c)
        if !query.isEmpty {
            c.pointee.query = arena.text(query)
        }
        if limit != 0 {
            c.pointee.has_limit = 1
            c.pointee.limit = limit
        }
        if !fileIDs.isEmpty {
            c.pointee.n_file_ids = fileIDs.count
            c.pointee.file_ids = arena.identifiers(fileIDs)
        }
    }
}

extension FindPassagesReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__FindPassagesReply

    package static var messageName: String { "parley.retriever.v1.FindPassagesReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__find_passages_reply() }
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
        parley__retriever__v1__find_passages_reply__init(c)
        if !passages.isEmpty {
            c.pointee.n_passages = passages.count
            c.pointee.passages = arena.messages(passages)
        }
    }
}

extension IngestFileStart: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__IngestFileStart

    package static var messageName: String { "parley.retriever.v1.IngestFileStart" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__ingest_file_start() }
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
        self.fileID = try readIdentifier(c.pointee.has_file_id != 0, c.pointee.file_id, in: Self.self, "file_id")
        self.filename = try readText(c.pointee.filename, in: Self.self, "filename")
        self.mediaType = try readText(c.pointee.media_type, in: Self.self, "media_type")
        self.purpose = try readText(c.pointee.purpose, in: Self.self, "purpose")
        self.sizeBytes = c.pointee.size_bytes
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__ingest_file_start__init(c)
        c.pointee.has_file_id = 1
        c.pointee.file_id = arena.identifier(fileID)
        if !filename.isEmpty {
            c.pointee.filename = arena.text(filename)
        }
        if !mediaType.isEmpty {
            c.pointee.media_type = arena.text(mediaType)
        }
        if !purpose.isEmpty {
            c.pointee.purpose = arena.text(purpose)
        }
        if sizeBytes != 0 {
            c.pointee.has_size_bytes = 1
            c.pointee.size_bytes = sizeBytes
        }
    }
}

extension IngestFileInput: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__IngestFileInput

    package static var messageName: String { "parley.retriever.v1.IngestFileInput" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__ingest_file_input() }
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
        case PARLEY__RETRIEVER__V1__INGEST_FILE_INPUT__KIND_START:
            self.kind = .start(try readMessage(c.pointee.start, in: Self.self, "start"))
        case PARLEY__RETRIEVER__V1__INGEST_FILE_INPUT__KIND_CONTENT:
            self.kind = .content(readBytes(c.pointee.content))
        default: self.kind = nil
        }
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__ingest_file_input__init(c)
        switch kind {
        case .start(let value):
            c.pointee.kind_case = PARLEY__RETRIEVER__V1__INGEST_FILE_INPUT__KIND_START
            c.pointee.start = arena.message(value)
        case .content(let value):
            c.pointee.kind_case = PARLEY__RETRIEVER__V1__INGEST_FILE_INPUT__KIND_CONTENT
            c.pointee.content = arena.bytes(value)
        case nil: break
        }
    }
}

extension FileReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__FileReply

    package static var messageName: String { "parley.retriever.v1.FileReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__file_reply() }
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
        self.fileID = try readIdentifier(c.pointee.has_file_id != 0, c.pointee.file_id, in: Self.self, "file_id")
        self.filename = try readText(c.pointee.filename, in: Self.self, "filename")
        self.mediaType = try readText(c.pointee.media_type, in: Self.self, "media_type")
        self.purpose = try readText(c.pointee.purpose, in: Self.self, "purpose")
        self.sizeBytes = c.pointee.size_bytes
        self.state = FileState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        self.passages = c.pointee.passages
        self.createdAtUs = c.pointee.created_at_us
        self.failureReason = try readTextIfPresent(c.pointee.failure_reason, in: Self.self, "failure_reason")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__file_reply__init(c)
        c.pointee.has_file_id = 1
        c.pointee.file_id = arena.identifier(fileID)
        if !filename.isEmpty {
            c.pointee.filename = arena.text(filename)
        }
        if !mediaType.isEmpty {
            c.pointee.media_type = arena.text(mediaType)
        }
        if !purpose.isEmpty {
            c.pointee.purpose = arena.text(purpose)
        }
        if sizeBytes != 0 {
            c.pointee.has_size_bytes = 1
            c.pointee.size_bytes = sizeBytes
        }
        if state.rawValue != 0 {
            c.pointee.has_state = 1
            c.pointee.state = Parley__Retriever__V1__FileState(rawValue: UInt32(bitPattern: state.rawValue))
        }
        if passages != 0 {
            c.pointee.has_passages = 1
            c.pointee.passages = passages
        }
        if createdAtUs != 0 {
            c.pointee.has_created_at_us = 1
            c.pointee.created_at_us = createdAtUs
        }
        if let failureReason {
            c.pointee.failure_reason = arena.text(failureReason)
        }
    }
}

extension GetFileRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__GetFileRequest

    package static var messageName: String { "parley.retriever.v1.GetFileRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__get_file_request() }
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
        self.fileID = try readIdentifier(c.pointee.has_file_id != 0, c.pointee.file_id, in: Self.self, "file_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__get_file_request__init(c)
        c.pointee.has_file_id = 1
        c.pointee.file_id = arena.identifier(fileID)
    }
}

extension ListFilesRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__ListFilesRequest

    package static var messageName: String { "parley.retriever.v1.ListFilesRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__list_files_request() }
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
        self.limit = c.pointee.limit
        self.afterFileID = try readIdentifierIfPresent(c.pointee.has_after_file_id != 0, c.pointee.after_file_id, in: Self.self, "after_file_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__list_files_request__init(c)
        if limit != 0 {
            c.pointee.has_limit = 1
            c.pointee.limit = limit
        }
        if let afterFileID {
            c.pointee.has_after_file_id = 1
            c.pointee.after_file_id = arena.identifier(afterFileID)
        }
    }
}

extension ListFilesReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__ListFilesReply

    package static var messageName: String { "parley.retriever.v1.ListFilesReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__list_files_reply() }
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
        self.files = try readMessages(c.pointee.n_files, c.pointee.files, in: Self.self, "files")
        self.hasMore = c.pointee.has_more != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__list_files_reply__init(c)
        if !files.isEmpty {
            c.pointee.n_files = files.count
            c.pointee.files = arena.messages(files)
        }
        if hasMore {
            c.pointee.has_has_more = 1
            c.pointee.has_more = hasMore ? 1 : 0
        }
    }
}

extension DeleteFileRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__DeleteFileRequest

    package static var messageName: String { "parley.retriever.v1.DeleteFileRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__delete_file_request() }
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
        self.fileID = try readIdentifier(c.pointee.has_file_id != 0, c.pointee.file_id, in: Self.self, "file_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__retriever__v1__delete_file_request__init(c)
        c.pointee.has_file_id = 1
        c.pointee.file_id = arena.identifier(fileID)
    }
}

extension DeleteFileReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Retriever__V1__DeleteFileReply

    package static var messageName: String { "parley.retriever.v1.DeleteFileReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_retriever__v1__delete_file_reply() }
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
        parley__retriever__v1__delete_file_reply__init(c)
    }
}
