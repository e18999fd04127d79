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
