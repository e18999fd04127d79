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

extension ListAdaptersRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__ListAdaptersRequest

    package static var messageName: String { "parley.modelworker.v1.ListAdaptersRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__list_adapters_request() }
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
        parley__modelworker__v1__list_adapters_request__init(c)
    }
}

extension AdapterRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__AdapterRow

    package static var messageName: String { "parley.modelworker.v1.AdapterRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__adapter_row() }
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
        self.name = try readText(c.pointee.name, in: Self.self, "name")
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.bytes = c.pointee.bytes
        self.running = c.pointee.running
        self.isLeaving = c.pointee.is_leaving != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__adapter_row__init(c)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if bytes != 0 {
            c.pointee.has_bytes = 1
            c.pointee.bytes = bytes
        }
        if running != 0 {
            c.pointee.has_running = 1
            c.pointee.running = running
        }
        if isLeaving {
            c.pointee.has_is_leaving = 1
            c.pointee.is_leaving = isLeaving ? 1 : 0
        }
    }
}

extension ListAdaptersReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__ListAdaptersReply

    package static var messageName: String { "parley.modelworker.v1.ListAdaptersReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__list_adapters_reply() }
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
        self.adapters = try readMessages(c.pointee.n_adapters, c.pointee.adapters, in: Self.self, "adapters")
        self.limit = c.pointee.limit
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__list_adapters_reply__init(c)
        if !adapters.isEmpty {
            c.pointee.n_adapters = adapters.count
            c.pointee.adapters = arena.messages(adapters)
        }
        if limit != 0 {
            c.pointee.has_limit = 1
            c.pointee.limit = limit
        }
    }
}

extension LoadAdapterRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__LoadAdapterRequest

    package static var messageName: String { "parley.modelworker.v1.LoadAdapterRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__load_adapter_request() }
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
        self.name = try readText(c.pointee.name, in: Self.self, "name")
        self.file = try readText(c.pointee.file, in: Self.self, "file")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__load_adapter_request__init(c)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !file.isEmpty {
            c.pointee.file = arena.text(file)
        }
    }
}

extension LoadAdapterReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__LoadAdapterReply

    package static var messageName: String { "parley.modelworker.v1.LoadAdapterReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__load_adapter_reply() }
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
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.bytes = c.pointee.bytes
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__load_adapter_reply__init(c)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if bytes != 0 {
            c.pointee.has_bytes = 1
            c.pointee.bytes = bytes
        }
    }
}

extension UnloadAdapterRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__UnloadAdapterRequest

    package static var messageName: String { "parley.modelworker.v1.UnloadAdapterRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__unload_adapter_request() }
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
        self.name = try readText(c.pointee.name, in: Self.self, "name")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__unload_adapter_request__init(c)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
    }
}

extension UnloadAdapterReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__UnloadAdapterReply

    package static var messageName: String { "parley.modelworker.v1.UnloadAdapterReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__unload_adapter_reply() }
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
        parley__modelworker__v1__unload_adapter_reply__init(c)
        if stillRunning != 0 {
            c.pointee.has_still_running = 1
            c.pointee.still_running = stillRunning
        }
    }
}
