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

extension RoutePool: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__RoutePool

    package static var messageName: String { "parley.orchestrator.v1.RoutePool" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__route_pool() }
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
        self.plans = try readTexts(c.pointee.n_plans, c.pointee.plans, in: Self.self, "plans")
        self.minComplexity = c.pointee.min_complexity
        self.maxComplexity = c.pointee.max_complexity
        self.weight = c.pointee.weight
        self.priceMicros = c.pointee.price_micros
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__route_pool__init(c)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if !plans.isEmpty {
            c.pointee.n_plans = plans.count
            c.pointee.plans = arena.texts(plans)
        }
        if minComplexity != 0 {
            c.pointee.has_min_complexity = 1
            c.pointee.min_complexity = minComplexity
        }
        if maxComplexity != 0 {
            c.pointee.has_max_complexity = 1
            c.pointee.max_complexity = maxComplexity
        }
        if weight != 0 {
            c.pointee.has_weight = 1
            c.pointee.weight = weight
        }
        if priceMicros != 0 {
            c.pointee.has_price_micros = 1
            c.pointee.price_micros = priceMicros
        }
    }
}

extension RouteBudget: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__RouteBudget

    package static var messageName: String { "parley.orchestrator.v1.RouteBudget" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__route_budget() }
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
        self.micros = c.pointee.micros
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__route_budget__init(c)
        if !plan.isEmpty {
            c.pointee.plan = arena.text(plan)
        }
        if micros != 0 {
            c.pointee.has_micros = 1
            c.pointee.micros = micros
        }
    }
}

extension RouteRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__RouteRow

    package static var messageName: String { "parley.orchestrator.v1.RouteRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__route_row() }
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
        self.pools = try readMessages(c.pointee.n_pools, c.pointee.pools, in: Self.self, "pools")
        self.canaryModel = try readTextIfPresent(c.pointee.canary_model, in: Self.self, "canary_model")
        self.canaryPermille = c.pointee.canary_permille
        self.fallbacks = try readTexts(c.pointee.n_fallbacks, c.pointee.fallbacks, in: Self.self, "fallbacks")
        self.maxWaitMs = c.pointee.max_wait_ms
        self.budgets = try readMessages(c.pointee.n_budgets, c.pointee.budgets, in: Self.self, "budgets")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__route_row__init(c)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !pools.isEmpty {
            c.pointee.n_pools = pools.count
            c.pointee.pools = arena.messages(pools)
        }
        if let canaryModel {
            c.pointee.canary_model = arena.text(canaryModel)
        }
        if canaryPermille != 0 {
            c.pointee.has_canary_permille = 1
            c.pointee.canary_permille = canaryPermille
        }
        if !fallbacks.isEmpty {
            c.pointee.n_fallbacks = fallbacks.count
            c.pointee.fallbacks = arena.texts(fallbacks)
        }
        if maxWaitMs != 0 {
            c.pointee.has_max_wait_ms = 1
            c.pointee.max_wait_ms = maxWaitMs
        }
        if !budgets.isEmpty {
            c.pointee.n_budgets = budgets.count
            c.pointee.budgets = arena.messages(budgets)
        }
    }
}

extension ListRoutesRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListRoutesRequest

    package static var messageName: String { "parley.orchestrator.v1.ListRoutesRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_routes_request() }
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
        parley__orchestrator__v1__list_routes_request__init(c)
    }
}

extension ListRoutesReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListRoutesReply

    package static var messageName: String { "parley.orchestrator.v1.ListRoutesReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_routes_reply() }
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
        self.routes = try readMessages(c.pointee.n_routes, c.pointee.routes, in: Self.self, "routes")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__list_routes_reply__init(c)
        if !routes.isEmpty {
            c.pointee.n_routes = routes.count
            c.pointee.routes = arena.messages(routes)
        }
    }
}

extension SetRouteRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__SetRouteRequest

    package static var messageName: String { "parley.orchestrator.v1.SetRouteRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__set_route_request() }
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
        self.route = try readMessage(c.pointee.route, in: Self.self, "route")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__set_route_request__init(c)
        c.pointee.route = arena.message(route)
    }
}

extension SetRouteReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__SetRouteReply

    package static var messageName: String { "parley.orchestrator.v1.SetRouteReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__set_route_reply() }
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
        parley__orchestrator__v1__set_route_reply__init(c)
    }
}

extension RemoveRouteRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__RemoveRouteRequest

    package static var messageName: String { "parley.orchestrator.v1.RemoveRouteRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__remove_route_request() }
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
        parley__orchestrator__v1__remove_route_request__init(c)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
    }
}

extension RemoveRouteReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__RemoveRouteReply

    package static var messageName: String { "parley.orchestrator.v1.RemoveRouteReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__remove_route_reply() }
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
        self.wasThere = c.pointee.was_there != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__remove_route_reply__init(c)
        if wasThere {
            c.pointee.has_was_there = 1
            c.pointee.was_there = wasThere ? 1 : 0
        }
    }
}

extension ExplainRouteRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ExplainRouteRequest

    package static var messageName: String { "parley.orchestrator.v1.ExplainRouteRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__explain_route_request() }
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
        self.plan = try readText(c.pointee.plan, in: Self.self, "plan")
        self.organisationID = try readIdentifierIfPresent(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.userID = try readIdentifierIfPresent(c.pointee.has_user_id != 0, c.pointee.user_id, in: Self.self, "user_id")
        self.text = try readText(c.pointee.text, in: Self.self, "text")
        self.maxCompletionTokens = c.pointee.max_completion_tokens
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__explain_route_request__init(c)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !plan.isEmpty {
            c.pointee.plan = arena.text(plan)
        }
        if let organisationID {
            c.pointee.has_organisation_id = 1
            c.pointee.organisation_id = arena.identifier(organisationID)
        }
        if let userID {
            c.pointee.has_user_id = 1
            c.pointee.user_id = arena.identifier(userID)
        }
        if !text.isEmpty {
            c.pointee.text = arena.text(text)
        }
        if maxCompletionTokens != 0 {
            c.pointee.has_max_completion_tokens = 1
            c.pointee.max_completion_tokens = maxCompletionTokens
        }
    }
}

extension PassedOverModel: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__PassedOverModel

    package static var messageName: String { "parley.orchestrator.v1.PassedOverModel" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__passed_over_model() }
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
        self.obstacle = try readText(c.pointee.obstacle, in: Self.self, "obstacle")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__passed_over_model__init(c)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if !obstacle.isEmpty {
            c.pointee.obstacle = arena.text(obstacle)
        }
    }
}

extension ComplexitySign: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ComplexitySign

    package static var messageName: String { "parley.orchestrator.v1.ComplexitySign" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__complexity_sign() }
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
        self.sign = try readText(c.pointee.sign, in: Self.self, "sign")
        self.points = c.pointee.points
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__complexity_sign__init(c)
        if !sign.isEmpty {
            c.pointee.sign = arena.text(sign)
        }
        if points != 0 {
            c.pointee.has_points = 1
            c.pointee.points = points
        }
    }
}

extension ExplainRouteReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ExplainRouteReply

    package static var messageName: String { "parley.orchestrator.v1.ExplainRouteReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__explain_route_reply() }
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
        self.reason = try readText(c.pointee.reason, in: Self.self, "reason")
        self.passedOver = try readMessages(c.pointee.n_passed_over, c.pointee.passed_over, in: Self.self, "passed_over")
        self.complexity = c.pointee.complexity
        self.signs = try readMessages(c.pointee.n_signs, c.pointee.signs, in: Self.self, "signs")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__explain_route_reply__init(c)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if !reason.isEmpty {
            c.pointee.reason = arena.text(reason)
        }
        if !passedOver.isEmpty {
            c.pointee.n_passed_over = passedOver.count
            c.pointee.passed_over = arena.messages(passedOver)
        }
        if complexity != 0 {
            c.pointee.has_complexity = 1
            c.pointee.complexity = complexity
        }
        if !signs.isEmpty {
            c.pointee.n_signs = signs.count
            c.pointee.signs = arena.messages(signs)
        }
    }
}

extension ExplainPlacementRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ExplainPlacementRequest

    package static var messageName: String { "parley.orchestrator.v1.ExplainPlacementRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__explain_placement_request() }
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
        self.turnID = try readIdentifierIfPresent(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.organisationID = try readIdentifierIfPresent(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.prompt = try readText(c.pointee.prompt, in: Self.self, "prompt")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__explain_placement_request__init(c)
        if let turnID {
            c.pointee.has_turn_id = 1
            c.pointee.turn_id = arena.identifier(turnID)
        }
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if let organisationID {
            c.pointee.has_organisation_id = 1
            c.pointee.organisation_id = arena.identifier(organisationID)
        }
        if !prompt.isEmpty {
            c.pointee.prompt = arena.text(prompt)
        }
    }
}

extension PlacementRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__PlacementRow

    package static var messageName: String { "parley.orchestrator.v1.PlacementRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__placement_row() }
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
        self.decision = c.pointee.decision
        self.address = try readText(c.pointee.address, in: Self.self, "address")
        self.filter = try readText(c.pointee.filter, in: Self.self, "filter")
        self.waitUs = c.pointee.wait_us
        self.prefillBeforeUs = c.pointee.prefill_before_us
        self.prefillUs = c.pointee.prefill_us
        self.decodeUs = c.pointee.decode_us
        self.cachedPerMille = c.pointee.cached_per_mille
        self.isChosen = c.pointee.is_chosen != 0
        self.rule = try readText(c.pointee.rule, in: Self.self, "rule")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__placement_row__init(c)
        if decision != 0 {
            c.pointee.has_decision = 1
            c.pointee.decision = decision
        }
        if !address.isEmpty {
            c.pointee.address = arena.text(address)
        }
        if !filter.isEmpty {
            c.pointee.filter = arena.text(filter)
        }
        if waitUs != 0 {
            c.pointee.has_wait_us = 1
            c.pointee.wait_us = waitUs
        }
        if prefillBeforeUs != 0 {
            c.pointee.has_prefill_before_us = 1
            c.pointee.prefill_before_us = prefillBeforeUs
        }
        if prefillUs != 0 {
            c.pointee.has_prefill_us = 1
            c.pointee.prefill_us = prefillUs
        }
        if decodeUs != 0 {
            c.pointee.has_decode_us = 1
            c.pointee.decode_us = decodeUs
        }
        if cachedPerMille != 0 {
            c.pointee.has_cached_per_mille = 1
            c.pointee.cached_per_mille = cachedPerMille
        }
        if isChosen {
            c.pointee.has_is_chosen = 1
            c.pointee.is_chosen = isChosen ? 1 : 0
        }
        if !rule.isEmpty {
            c.pointee.rule = arena.text(rule)
        }
    }
}

extension ExplainPlacementReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ExplainPlacementReply

    package static var messageName: String { "parley.orchestrator.v1.ExplainPlacementReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__explain_placement_reply() }
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
        self.waits = c.pointee.waits != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__explain_placement_reply__init(c)
        if !rows.isEmpty {
            c.pointee.n_rows = rows.count
            c.pointee.rows = arena.messages(rows)
        }
        if waits {
            c.pointee.has_waits = 1
            c.pointee.waits = waits ? 1 : 0
        }
    }
}
