// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/gateway/v1/admin.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension GetStatusRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Gateway__V1__GetStatusRequest

    package static var messageName: String { "parley.gateway.v1.GetStatusRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_gateway__v1__get_status_request() }
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
        parley__gateway__v1__get_status_request__init(c)
    }
}

extension ReachedService: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Gateway__V1__ReachedService

    package static var messageName: String { "parley.gateway.v1.ReachedService" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_gateway__v1__reached_service() }
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
        self.service = try readText(c.pointee.service, in: Self.self, "service")
        self.connections = c.pointee.connections
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__gateway__v1__reached_service__init(c)
        if !service.isEmpty {
            c.pointee.service = arena.text(service)
        }
        if connections != 0 {
            c.pointee.has_connections = 1
            c.pointee.connections = connections
        }
    }
}

extension GetStatusReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Gateway__V1__GetStatusReply

    package static var messageName: String { "parley.gateway.v1.GetStatusReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_gateway__v1__get_status_reply() }
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
        self.openConnections = c.pointee.open_connections
        self.openStreams = c.pointee.open_streams
        self.cachedKeys = c.pointee.cached_keys
        self.services = try readMessages(c.pointee.n_services, c.pointee.services, in: Self.self, "services")
        self.requests = c.pointee.requests
        self.startedAtUs = c.pointee.started_at_us
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__gateway__v1__get_status_reply__init(c)
        if openConnections != 0 {
            c.pointee.has_open_connections = 1
            c.pointee.open_connections = openConnections
        }
        if openStreams != 0 {
            c.pointee.has_open_streams = 1
            c.pointee.open_streams = openStreams
        }
        if cachedKeys != 0 {
            c.pointee.has_cached_keys = 1
            c.pointee.cached_keys = cachedKeys
        }
        if !services.isEmpty {
            c.pointee.n_services = services.count
            c.pointee.services = arena.messages(services)
        }
        if requests != 0 {
            c.pointee.has_requests = 1
            c.pointee.requests = requests
        }
        if startedAtUs != 0 {
            c.pointee.has_started_at_us = 1
            c.pointee.started_at_us = startedAtUs
        }
    }
}

extension FlushKeysRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Gateway__V1__FlushKeysRequest

    package static var messageName: String { "parley.gateway.v1.FlushKeysRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_gateway__v1__flush_keys_request() }
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
        parley__gateway__v1__flush_keys_request__init(c)
    }
}

extension FlushKeysReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Gateway__V1__FlushKeysReply

    package static var messageName: String { "parley.gateway.v1.FlushKeysReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_gateway__v1__flush_keys_reply() }
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
        self.forgotten = c.pointee.forgotten
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__gateway__v1__flush_keys_reply__init(c)
        if forgotten != 0 {
            c.pointee.has_forgotten = 1
            c.pointee.forgotten = forgotten
        }
    }
}
