// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/orchestrator/v1/admin.proto. Do not edit: run `make proto`.

package import Primitives

package struct ListWorkersRequest: Equatable, Sendable {
    package init() {}
}

package struct WorkerRow: Equatable, Sendable {
    package var address: String
    /// "ready", "draining", "connecting" or "ejected".
    package var state: String
    package var models: [String]
    package var waiting: UInt32
    package var running: UInt32
    /// This replica's own count of unfinished calls.
    package var inFlight: UInt32
    package var freeCacheTokens: UInt64
    package var prefillTokensPerSecond: Float
    package var reportAgeMs: UInt32

    package init(
        address: String = "", state: String = "", models: [String] = [], waiting: UInt32 = 0, running: UInt32 = 0,
        inFlight: UInt32 = 0, freeCacheTokens: UInt64 = 0, prefillTokensPerSecond: Float = 0, reportAgeMs: UInt32 = 0
    ) {
        self.address = address
        self.state = state
        self.models = models
        self.waiting = waiting
        self.running = running
        self.inFlight = inFlight
        self.freeCacheTokens = freeCacheTokens
        self.prefillTokensPerSecond = prefillTokensPerSecond
        self.reportAgeMs = reportAgeMs
    }
}

package struct ListWorkersReply: Equatable, Sendable {
    package var workers: [WorkerRow]

    package init(workers: [WorkerRow] = []) {
        self.workers = workers
    }
}

package struct GetTurnsRequest: Equatable, Sendable {
    package init() {}
}

package struct GetTurnsReply: Equatable, Sendable {
    package var running: UInt64
    package var settled: UInt64
    package var released: UInt64
    package var expired: UInt64
    package var outboxWaiting: UInt64
    /// Age of the oldest waiting row; 0 when there is none.
    package var outboxLagMs: UInt32

    package init(
        running: UInt64 = 0, settled: UInt64 = 0, released: UInt64 = 0, expired: UInt64 = 0, outboxWaiting: UInt64 = 0,
        outboxLagMs: UInt32 = 0
    ) {
        self.running = running
        self.settled = settled
        self.released = released
        self.expired = expired
        self.outboxWaiting = outboxWaiting
        self.outboxLagMs = outboxLagMs
    }
}

package struct RoutePool: Equatable, Sendable {
    package var model: String
    /// Empty for all plans.
    package var plans: [String]
    /// The bounds of a prompt's complexity, both included.
    package var minComplexity: UInt32
    /// 0 means 100.
    package var maxComplexity: UInt32
    /// Its share among the pools that suit; 0 leaves it to their order.
    package var weight: UInt32
    /// Millionths of the deployment's currency per thousand tokens; 0 when budgets do not count it.
    package var priceMicros: UInt32

    package init(
        model: String = "", plans: [String] = [], minComplexity: UInt32 = 0, maxComplexity: UInt32 = 0,
        weight: UInt32 = 0, priceMicros: UInt32 = 0
    ) {
        self.model = model
        self.plans = plans
        self.minComplexity = minComplexity
        self.maxComplexity = maxComplexity
        self.weight = weight
        self.priceMicros = priceMicros
    }
}

package struct RouteBudget: Equatable, Sendable {
    package var plan: String
    /// What one turn may cost, in millionths.
    package var micros: UInt64

    package init(plan: String = "", micros: UInt64 = 0) {
        self.plan = plan
        self.micros = micros
    }
}

/// A name that stands for several models. Also how a route is kept, so numbers are as fixed as on the wire.
package struct RouteRow: Equatable, Sendable {
    package var name: String
    package var pools: [RoutePool]
    /// Absent without a canary.
    package var canaryModel: String?
    package var canaryPermille: UInt32
    package var fallbacks: [String]
    /// The longest predicted wait before a fallback is taken; 0 means any.
    package var maxWaitMs: UInt32
    package var budgets: [RouteBudget]

    package init(
        name: String = "", pools: [RoutePool] = [], canaryModel: String? = nil, canaryPermille: UInt32 = 0,
        fallbacks: [String] = [], maxWaitMs: UInt32 = 0, budgets: [RouteBudget] = []
    ) {
        self.name = name
        self.pools = pools
        self.canaryModel = canaryModel
        self.canaryPermille = canaryPermille
        self.fallbacks = fallbacks
        self.maxWaitMs = maxWaitMs
        self.budgets = budgets
    }
}

package struct ListRoutesRequest: Equatable, Sendable {
    package init() {}
}

package struct ListRoutesReply: Equatable, Sendable {
    package var routes: [RouteRow]

    package init(routes: [RouteRow] = []) {
        self.routes = routes
    }
}

package struct SetRouteRequest: Equatable, Sendable {
    package var route: RouteRow

    package init(route: RouteRow) {
        self.route = route
    }
}

package struct SetRouteReply: Equatable, Sendable {
    package init() {}
}

package struct RemoveRouteRequest: Equatable, Sendable {
    package var name: String

    package init(name: String = "") {
        self.name = name
    }
}

package struct RemoveRouteReply: Equatable, Sendable {
    package var wasThere: Bool

    package init(wasThere: Bool = false) {
        self.wasThere = wasThere
    }
}

package struct ExplainRouteRequest: Equatable, Sendable {
    package var name: String
    package var plan: String
    /// Whose choice it would be. Absent for nobody's in particular.
    package var organisationID: OrganisationID?
    /// Absent for nobody's in particular.
    package var userID: UserID?
    /// What is asked.
    package var text: String
    package var maxCompletionTokens: UInt32

    package init(
        name: String = "", plan: String = "", organisationID: OrganisationID? = nil, userID: UserID? = nil,
        text: String = "", maxCompletionTokens: UInt32 = 0
    ) {
        self.name = name
        self.plan = plan
        self.organisationID = organisationID
        self.userID = userID
        self.text = text
        self.maxCompletionTokens = maxCompletionTokens
    }
}

package struct PassedOverModel: Equatable, Sendable {
    package var model: String
    /// "plan", "complexity", "budget", "weight", "not_ready" or "slow".
    package var obstacle: String

    package init(model: String = "", obstacle: String = "") {
        self.model = model
        self.obstacle = obstacle
    }
}

package struct ComplexitySign: Equatable, Sendable {
    package var sign: String
    package var points: UInt32

    package init(sign: String = "", points: UInt32 = 0) {
        self.sign = sign
        self.points = points
    }
}

package struct ExplainRouteReply: Equatable, Sendable {
    package var model: String
    /// "preferred", "weighted", "canary", "degraded", "slow" or "leftover".
    package var reason: String
    package var passedOver: [PassedOverModel]
    package var complexity: UInt32
    package var signs: [ComplexitySign]

    package init(
        model: String = "", reason: String = "", passedOver: [PassedOverModel] = [], complexity: UInt32 = 0,
        signs: [ComplexitySign] = []
    ) {
        self.model = model
        self.reason = reason
        self.passedOver = passedOver
        self.complexity = complexity
        self.signs = signs
    }
}

package struct ExplainPlacementRequest: Equatable, Sendable {
    /// Absent when a model is asked about.
    package var turnID: TurnID?
    package var model: String
    /// The tenant whose prompts these are: caches are salted by it. Absent shows the fleet without a cached prefix.
    package var organisationID: OrganisationID?
    /// What a user says first. Never kept.
    package var prompt: String

    package init(
        turnID: TurnID? = nil, model: String = "", organisationID: OrganisationID? = nil, prompt: String = ""
    ) {
        self.turnID = turnID
        self.model = model
        self.organisationID = organisationID
        self.prompt = prompt
    }
}

/// One worker in one decision; times in microseconds.
package struct PlacementRow: Equatable, Sendable {
    /// Counts the decisions of one turn, the newest first.
    package var decision: UInt32
    package var address: String
    /// The rule that takes the worker out; empty for one that can take the request.
    package var filter: String
    package var waitUs: UInt64
    package var prefillBeforeUs: UInt64
    package var prefillUs: UInt64
    package var decodeUs: UInt64
    /// Thousandths of the prompt that its cache holds.
    package var cachedPerMille: UInt32
    package var isChosen: Bool
    /// Why it was chosen: "holder", "least", "released", "replicated", "explored" or "none".
    package var rule: String

    package init(
        decision: UInt32 = 0, address: String = "", filter: String = "", waitUs: UInt64 = 0,
        prefillBeforeUs: UInt64 = 0, prefillUs: UInt64 = 0, decodeUs: UInt64 = 0, cachedPerMille: UInt32 = 0,
        isChosen: Bool = false, rule: String = ""
    ) {
        self.decision = decision
        self.address = address
        self.filter = filter
        self.waitUs = waitUs
        self.prefillBeforeUs = prefillBeforeUs
        self.prefillUs = prefillUs
        self.decodeUs = decodeUs
        self.cachedPerMille = cachedPerMille
        self.isChosen = isChosen
        self.rule = rule
    }
}

package struct ExplainPlacementReply: Equatable, Sendable {
    package var rows: [PlacementRow]
    /// The request would stand in line.
    package var waits: Bool

    package init(rows: [PlacementRow] = [], waits: Bool = false) {
        self.rows = rows
        self.waits = waits
    }
}
