// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/billing/v1/billing.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension AdmitRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__AdmitRequest

    package static var messageName: String { "parley.billing.v1.AdmitRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__admit_request() }
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
        self.turnID = try readIdentifier(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
        self.kind = try readText(c.pointee.kind, in: Self.self, "kind")
        self.estimatedTokens = c.pointee.estimated_tokens
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__admit_request__init(c)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
        if !kind.isEmpty {
            c.pointee.kind = arena.text(kind)
        }
        if estimatedTokens != 0 {
            c.pointee.has_estimated_tokens = 1
            c.pointee.estimated_tokens = estimatedTokens
        }
    }
}

extension AdmitReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__AdmitReply

    package static var messageName: String { "parley.billing.v1.AdmitReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__admit_reply() }
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
        self.isAllowed = c.pointee.is_allowed != 0
        self.refusedBy = try readText(c.pointee.refused_by, in: Self.self, "refused_by")
        self.retryAfterMs = c.pointee.retry_after_ms
        self.limitRequests = c.pointee.limit_requests
        self.remainingRequests = c.pointee.remaining_requests
        self.resetRequestsMs = c.pointee.reset_requests_ms
        self.limitTokens = c.pointee.limit_tokens
        self.remainingTokens = c.pointee.remaining_tokens
        self.resetTokensMs = c.pointee.reset_tokens_ms
        self.leaseRequests = c.pointee.lease_requests
        self.leaseMs = c.pointee.lease_ms
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__admit_reply__init(c)
        if isAllowed {
            c.pointee.has_is_allowed = 1
            c.pointee.is_allowed = isAllowed ? 1 : 0
        }
        if !refusedBy.isEmpty {
            c.pointee.refused_by = arena.text(refusedBy)
        }
        if retryAfterMs != 0 {
            c.pointee.has_retry_after_ms = 1
            c.pointee.retry_after_ms = retryAfterMs
        }
        if limitRequests != 0 {
            c.pointee.has_limit_requests = 1
            c.pointee.limit_requests = limitRequests
        }
        if remainingRequests != 0 {
            c.pointee.has_remaining_requests = 1
            c.pointee.remaining_requests = remainingRequests
        }
        if resetRequestsMs != 0 {
            c.pointee.has_reset_requests_ms = 1
            c.pointee.reset_requests_ms = resetRequestsMs
        }
        if limitTokens != 0 {
            c.pointee.has_limit_tokens = 1
            c.pointee.limit_tokens = limitTokens
        }
        if remainingTokens != 0 {
            c.pointee.has_remaining_tokens = 1
            c.pointee.remaining_tokens = remainingTokens
        }
        if resetTokensMs != 0 {
            c.pointee.has_reset_tokens_ms = 1
            c.pointee.reset_tokens_ms = resetTokensMs
        }
        if leaseRequests != 0 {
            c.pointee.has_lease_requests = 1
            c.pointee.lease_requests = leaseRequests
        }
        if leaseMs != 0 {
            c.pointee.has_lease_ms = 1
            c.pointee.lease_ms = leaseMs
        }
    }
}

extension ReserveRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__ReserveRequest

    package static var messageName: String { "parley.billing.v1.ReserveRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__reserve_request() }
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
        self.turnID = try readIdentifier(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.promptTokensEstimate = c.pointee.prompt_tokens_estimate
        self.maxCompletionTokens = c.pointee.max_completion_tokens
        self.leaseMs = c.pointee.lease_ms
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__reserve_request__init(c)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if promptTokensEstimate != 0 {
            c.pointee.has_prompt_tokens_estimate = 1
            c.pointee.prompt_tokens_estimate = promptTokensEstimate
        }
        if maxCompletionTokens != 0 {
            c.pointee.has_max_completion_tokens = 1
            c.pointee.max_completion_tokens = maxCompletionTokens
        }
        if leaseMs != 0 {
            c.pointee.has_lease_ms = 1
            c.pointee.lease_ms = leaseMs
        }
    }
}

extension ReserveReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__ReserveReply

    package static var messageName: String { "parley.billing.v1.ReserveReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__reserve_reply() }
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
        self.amountMicros = c.pointee.amount_micros
        self.currency = try readText(c.pointee.currency, in: Self.self, "currency")
        self.priceVersion = c.pointee.price_version
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__reserve_reply__init(c)
        if amountMicros != 0 {
            c.pointee.has_amount_micros = 1
            c.pointee.amount_micros = amountMicros
        }
        if !currency.isEmpty {
            c.pointee.currency = arena.text(currency)
        }
        if priceVersion != 0 {
            c.pointee.has_price_version = 1
            c.pointee.price_version = priceVersion
        }
    }
}

extension SettleRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__SettleRequest

    package static var messageName: String { "parley.billing.v1.SettleRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__settle_request() }
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
        self.turnID = try readIdentifier(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.projectID = try readIdentifier(c.pointee.has_project_id != 0, c.pointee.project_id, in: Self.self, "project_id")
        self.userID = try readIdentifier(c.pointee.has_user_id != 0, c.pointee.user_id, in: Self.self, "user_id")
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.usage = try readMessage(c.pointee.usage, in: Self.self, "usage")
        self.outcome = try readText(c.pointee.outcome, in: Self.self, "outcome")
        self.epoch = c.pointee.epoch
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__settle_request__init(c)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        c.pointee.has_project_id = 1
        c.pointee.project_id = arena.identifier(projectID)
        c.pointee.has_user_id = 1
        c.pointee.user_id = arena.identifier(userID)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        c.pointee.usage = arena.message(usage)
        if !outcome.isEmpty {
            c.pointee.outcome = arena.text(outcome)
        }
        if epoch != 0 {
            c.pointee.has_epoch = 1
            c.pointee.epoch = epoch
        }
    }
}

extension SettleReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__SettleReply

    package static var messageName: String { "parley.billing.v1.SettleReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__settle_reply() }
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
        self.chargedMicros = c.pointee.charged_micros
        self.currency = try readText(c.pointee.currency, in: Self.self, "currency")
        self.wasSettled = c.pointee.was_settled != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__settle_reply__init(c)
        if chargedMicros != 0 {
            c.pointee.has_charged_micros = 1
            c.pointee.charged_micros = chargedMicros
        }
        if !currency.isEmpty {
            c.pointee.currency = arena.text(currency)
        }
        if wasSettled {
            c.pointee.has_was_settled = 1
            c.pointee.was_settled = wasSettled ? 1 : 0
        }
    }
}

extension ReleaseRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__ReleaseRequest

    package static var messageName: String { "parley.billing.v1.ReleaseRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__release_request() }
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
        self.turnID = try readIdentifier(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.reason = try readText(c.pointee.reason, in: Self.self, "reason")
        self.epoch = c.pointee.epoch
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__release_request__init(c)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        if !reason.isEmpty {
            c.pointee.reason = arena.text(reason)
        }
        if epoch != 0 {
            c.pointee.has_epoch = 1
            c.pointee.epoch = epoch
        }
    }
}

extension ReleaseReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__ReleaseReply

    package static var messageName: String { "parley.billing.v1.ReleaseReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__release_reply() }
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
        self.wasReleased = c.pointee.was_released != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__release_reply__init(c)
        if wasReleased {
            c.pointee.has_was_released = 1
            c.pointee.was_released = wasReleased ? 1 : 0
        }
    }
}
