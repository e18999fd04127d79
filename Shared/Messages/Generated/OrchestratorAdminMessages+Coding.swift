// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/orchestrator/v1/admin.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension ListWorkersRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListWorkersRequest

    package static var messageName: String { "parley.orchestrator.v1.ListWorkersRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_workers_request() }
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
        parley__orchestrator__v1__list_workers_request__init(c)
    }
}

extension WorkerRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__WorkerRow

    package static var messageName: String { "parley.orchestrator.v1.WorkerRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__worker_row() }
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
        self.address = try readText(c.pointee.address, in: Self.self, "address")
        self.state = try readText(c.pointee.state, in: Self.self, "state")
        self.models = try readTexts(c.pointee.n_models, c.pointee.models, in: Self.self, "models")
        self.waiting = c.pointee.waiting
        self.running = c.pointee.running
        self.inFlight = c.pointee.in_flight
        self.freeCacheTokens = c.pointee.free_cache_tokens
        self.prefillTokensPerSecond = c.pointee.prefill_tokens_per_second
        self.reportAgeMs = c.pointee.report_age_ms
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__worker_row__init(c)
        if !address.isEmpty {
            c.pointee.address = arena.text(address)
        }
        if !state.isEmpty {
            c.pointee.state = arena.text(state)
        }
        if !models.isEmpty {
            c.pointee.n_models = models.count
            c.pointee.models = arena.texts(models)
        }
        if waiting != 0 {
            c.pointee.has_waiting = 1
            c.pointee.waiting = waiting
        }
        if running != 0 {
            c.pointee.has_running = 1
            c.pointee.running = running
        }
        if inFlight != 0 {
            c.pointee.has_in_flight = 1
            c.pointee.in_flight = inFlight
        }
        if freeCacheTokens != 0 {
            c.pointee.has_free_cache_tokens = 1
            c.pointee.free_cache_tokens = freeCacheTokens
        }
        if prefillTokensPerSecond.bitPattern != 0 {
            c.pointee.has_prefill_tokens_per_second = 1
            c.pointee.prefill_tokens_per_second = prefillTokensPerSecond
        }
        if reportAgeMs != 0 {
            c.pointee.has_report_age_ms = 1
            c.pointee.report_age_ms = reportAgeMs
        }
    }
}

extension ListWorkersReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListWorkersReply

    package static var messageName: String { "parley.orchestrator.v1.ListWorkersReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_workers_reply() }
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
        self.workers = try readMessages(c.pointee.n_workers, c.pointee.workers, in: Self.self, "workers")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__list_workers_reply__init(c)
        if !workers.isEmpty {
            c.pointee.n_workers = workers.count
            c.pointee.workers = arena.messages(workers)
        }
    }
}

extension GetTurnsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__GetTurnsRequest

    package static var messageName: String { "parley.orchestrator.v1.GetTurnsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__get_turns_request() }
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
        parley__orchestrator__v1__get_turns_request__init(c)
    }
}

extension GetTurnsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__GetTurnsReply

    package static var messageName: String { "parley.orchestrator.v1.GetTurnsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__get_turns_reply() }
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
        self.running = c.pointee.running
        self.settled = c.pointee.settled
        self.released = c.pointee.released
        self.expired = c.pointee.expired
        self.outboxWaiting = c.pointee.outbox_waiting
        self.outboxLagMs = c.pointee.outbox_lag_ms
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__get_turns_reply__init(c)
        if running != 0 {
            c.pointee.has_running = 1
            c.pointee.running = running
        }
        if settled != 0 {
            c.pointee.has_settled = 1
            c.pointee.settled = settled
        }
        if released != 0 {
            c.pointee.has_released = 1
            c.pointee.released = released
        }
        if expired != 0 {
            c.pointee.has_expired = 1
            c.pointee.expired = expired
        }
        if outboxWaiting != 0 {
            c.pointee.has_outbox_waiting = 1
            c.pointee.outbox_waiting = outboxWaiting
        }
        if outboxLagMs != 0 {
            c.pointee.has_outbox_lag_ms = 1
            c.pointee.outbox_lag_ms = outboxLagMs
        }
    }
}
