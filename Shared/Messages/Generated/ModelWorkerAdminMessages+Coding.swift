// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/admin.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension DrainRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__DrainRequest

    package static var messageName: String { "parley.modelworker.v1.DrainRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__drain_request() }
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
        parley__modelworker__v1__drain_request__init(c)
    }
}

extension DrainReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__DrainReply

    package static var messageName: String { "parley.modelworker.v1.DrainReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__drain_reply() }
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
        self.stillRunning = c.pointee.still_running
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__drain_reply__init(c)
        if stillRunning != 0 {
            c.pointee.has_still_running = 1
            c.pointee.still_running = stillRunning
        }
    }
}

extension UndrainRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__UndrainRequest

    package static var messageName: String { "parley.modelworker.v1.UndrainRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__undrain_request() }
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
        parley__modelworker__v1__undrain_request__init(c)
    }
}

extension UndrainReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__UndrainReply

    package static var messageName: String { "parley.modelworker.v1.UndrainReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__undrain_reply() }
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
        parley__modelworker__v1__undrain_reply__init(c)
    }
}

extension GetLoadRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__GetLoadRequest

    package static var messageName: String { "parley.modelworker.v1.GetLoadRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__get_load_request() }
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
        parley__modelworker__v1__get_load_request__init(c)
    }
}

extension GetCacheStatisticsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__GetCacheStatisticsRequest

    package static var messageName: String { "parley.modelworker.v1.GetCacheStatisticsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__get_cache_statistics_request() }
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
        self.tenants = c.pointee.tenants
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__get_cache_statistics_request__init(c)
        if tenants != 0 {
            c.pointee.has_tenants = 1
            c.pointee.tenants = tenants
        }
    }
}

extension CacheCounts: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__CacheCounts

    package static var messageName: String { "parley.modelworker.v1.CacheCounts" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__cache_counts() }
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
        self.saltPrefix = readBytes(c.pointee.salt_prefix)
        self.requests = c.pointee.requests
        self.hits = c.pointee.hits
        self.promptTokens = c.pointee.prompt_tokens
        self.cachedTokens = c.pointee.cached_tokens
        self.restoredTokens = c.pointee.restored_tokens
        self.evictions = c.pointee.evictions
        self.corruptions = c.pointee.corruptions
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__cache_counts__init(c)
        if !saltPrefix.isEmpty {
            c.pointee.has_salt_prefix = 1
            c.pointee.salt_prefix = arena.bytes(saltPrefix)
        }
        if requests != 0 {
            c.pointee.has_requests = 1
            c.pointee.requests = requests
        }
        if hits != 0 {
            c.pointee.has_hits = 1
            c.pointee.hits = hits
        }
        if promptTokens != 0 {
            c.pointee.has_prompt_tokens = 1
            c.pointee.prompt_tokens = promptTokens
        }
        if cachedTokens != 0 {
            c.pointee.has_cached_tokens = 1
            c.pointee.cached_tokens = cachedTokens
        }
        if restoredTokens != 0 {
            c.pointee.has_restored_tokens = 1
            c.pointee.restored_tokens = restoredTokens
        }
        if evictions != 0 {
            c.pointee.has_evictions = 1
            c.pointee.evictions = evictions
        }
        if corruptions != 0 {
            c.pointee.has_corruptions = 1
            c.pointee.corruptions = corruptions
        }
    }
}

extension CacheStatisticsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__CacheStatisticsReply

    package static var messageName: String { "parley.modelworker.v1.CacheStatisticsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__cache_statistics_reply() }
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
        self.total = try readMessage(c.pointee.total, in: Self.self, "total")
        self.tenants = try readMessages(c.pointee.n_tenants, c.pointee.tenants, in: Self.self, "tenants")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__cache_statistics_reply__init(c)
        c.pointee.total = arena.message(total)
        if !tenants.isEmpty {
            c.pointee.n_tenants = tenants.count
            c.pointee.tenants = arena.messages(tenants)
        }
    }
}
