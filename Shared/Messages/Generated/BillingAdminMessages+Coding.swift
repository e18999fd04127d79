// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/billing/v1/admin.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension GetUsageRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__GetUsageRequest

    package static var messageName: String { "parley.billing.v1.GetUsageRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__get_usage_request() }
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
        self.fromUs = c.pointee.from_us
        self.toUs = c.pointee.has_to_us != 0 ? c.pointee.to_us : nil
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__get_usage_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        if fromUs != 0 {
            c.pointee.has_from_us = 1
            c.pointee.from_us = fromUs
        }
        if let toUs {
            c.pointee.has_to_us = 1
            c.pointee.to_us = toUs
        }
    }
}

extension GetUsageReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__GetUsageReply

    package static var messageName: String { "parley.billing.v1.GetUsageReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__get_usage_reply() }
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
        self.rows = try readMessages(c.pointee.n_rows, c.pointee.rows, in: Self.self, "rows")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__get_usage_reply__init(c)
        if !rows.isEmpty {
            c.pointee.n_rows = rows.count
            c.pointee.rows = arena.messages(rows)
        }
    }
}

extension UsageRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__UsageRow

    package static var messageName: String { "parley.billing.v1.UsageRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__usage_row() }
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
        self.day = try readText(c.pointee.day, in: Self.self, "day")
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.requests = c.pointee.requests
        self.promptTokens = c.pointee.prompt_tokens
        self.cachedTokens = c.pointee.cached_tokens
        self.completionTokens = c.pointee.completion_tokens
        self.chargedMicros = c.pointee.charged_micros
        self.currency = try readText(c.pointee.currency, in: Self.self, "currency")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__usage_row__init(c)
        if !day.isEmpty {
            c.pointee.day = arena.text(day)
        }
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if requests != 0 {
            c.pointee.has_requests = 1
            c.pointee.requests = requests
        }
        if promptTokens != 0 {
            c.pointee.has_prompt_tokens = 1
            c.pointee.prompt_tokens = promptTokens
        }
        if cachedTokens != 0 {
            c.pointee.has_cached_tokens = 1
            c.pointee.cached_tokens = cachedTokens
        }
        if completionTokens != 0 {
            c.pointee.has_completion_tokens = 1
            c.pointee.completion_tokens = completionTokens
        }
        if chargedMicros != 0 {
            c.pointee.has_charged_micros = 1
            c.pointee.charged_micros = chargedMicros
        }
        if !currency.isEmpty {
            c.pointee.currency = arena.text(currency)
        }
    }
}

extension ListReservationsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__ListReservationsRequest

    package static var messageName: String { "parley.billing.v1.ListReservationsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__list_reservations_request() }
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
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__list_reservations_request__init(c)
        if limit != 0 {
            c.pointee.has_limit = 1
            c.pointee.limit = limit
        }
    }
}

extension ListReservationsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__ListReservationsReply

    package static var messageName: String { "parley.billing.v1.ListReservationsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__list_reservations_reply() }
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
        self.reservations = try readMessages(c.pointee.n_reservations, c.pointee.reservations, in: Self.self, "reservations")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__list_reservations_reply__init(c)
        if !reservations.isEmpty {
            c.pointee.n_reservations = reservations.count
            c.pointee.reservations = arena.messages(reservations)
        }
    }
}

extension ReservationRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__ReservationRow

    package static var messageName: String { "parley.billing.v1.ReservationRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__reservation_row() }
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
        self.turnID = try readIdentifier(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
        self.amountMicros = c.pointee.amount_micros
        self.currency = try readText(c.pointee.currency, in: Self.self, "currency")
        self.createdAtUs = c.pointee.created_at_us
        self.expiresAtUs = c.pointee.expires_at_us
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__reservation_row__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
        if amountMicros != 0 {
            c.pointee.has_amount_micros = 1
            c.pointee.amount_micros = amountMicros
        }
        if !currency.isEmpty {
            c.pointee.currency = arena.text(currency)
        }
        if createdAtUs != 0 {
            c.pointee.has_created_at_us = 1
            c.pointee.created_at_us = createdAtUs
        }
        if expiresAtUs != 0 {
            c.pointee.has_expires_at_us = 1
            c.pointee.expires_at_us = expiresAtUs
        }
    }
}

extension ListPlansRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__ListPlansRequest

    package static var messageName: String { "parley.billing.v1.ListPlansRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__list_plans_request() }
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
        parley__billing__v1__list_plans_request__init(c)
    }
}

extension ListPlansReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__ListPlansReply

    package static var messageName: String { "parley.billing.v1.ListPlansReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__list_plans_reply() }
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
        self.plans = try readMessages(c.pointee.n_plans, c.pointee.plans, in: Self.self, "plans")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__list_plans_reply__init(c)
        if !plans.isEmpty {
            c.pointee.n_plans = plans.count
            c.pointee.plans = arena.messages(plans)
        }
    }
}

extension PlanRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__PlanRow

    package static var messageName: String { "parley.billing.v1.PlanRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__plan_row() }
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
        self.plan = try readText(c.pointee.plan, in: Self.self, "plan")
        self.requestsPerMinute = c.pointee.requests_per_minute
        self.requestsPerDay = c.pointee.requests_per_day
        self.tokensPerDay = c.pointee.tokens_per_day
        self.tokensPerMonth = c.pointee.tokens_per_month
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__plan_row__init(c)
        if !plan.isEmpty {
            c.pointee.plan = arena.text(plan)
        }
        if requestsPerMinute != 0 {
            c.pointee.has_requests_per_minute = 1
            c.pointee.requests_per_minute = requestsPerMinute
        }
        if requestsPerDay != 0 {
            c.pointee.has_requests_per_day = 1
            c.pointee.requests_per_day = requestsPerDay
        }
        if tokensPerDay != 0 {
            c.pointee.has_tokens_per_day = 1
            c.pointee.tokens_per_day = tokensPerDay
        }
        if tokensPerMonth != 0 {
            c.pointee.has_tokens_per_month = 1
            c.pointee.tokens_per_month = tokensPerMonth
        }
    }
}

extension SetLimitsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__SetLimitsRequest

    package static var messageName: String { "parley.billing.v1.SetLimitsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__set_limits_request() }
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
        self.requestsPerMinute = c.pointee.requests_per_minute
        self.requestsPerDay = c.pointee.requests_per_day
        self.tokensPerDay = c.pointee.tokens_per_day
        self.tokensPerMonth = c.pointee.tokens_per_month
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__billing__v1__set_limits_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        if requestsPerMinute != 0 {
            c.pointee.has_requests_per_minute = 1
            c.pointee.requests_per_minute = requestsPerMinute
        }
        if requestsPerDay != 0 {
            c.pointee.has_requests_per_day = 1
            c.pointee.requests_per_day = requestsPerDay
        }
        if tokensPerDay != 0 {
            c.pointee.has_tokens_per_day = 1
            c.pointee.tokens_per_day = tokensPerDay
        }
        if tokensPerMonth != 0 {
            c.pointee.has_tokens_per_month = 1
            c.pointee.tokens_per_month = tokensPerMonth
        }
    }
}

extension SetLimitsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Billing__V1__SetLimitsReply

    package static var messageName: String { "parley.billing.v1.SetLimitsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_billing__v1__set_limits_reply() }
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
        parley__billing__v1__set_limits_reply__init(c)
    }
}
