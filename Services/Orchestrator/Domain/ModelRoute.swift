// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A name that clients ask for and that stands for several models: which of them answers whom.
///
/// Data, not code: an operator writes it (`orchestrator-admin routes set`), and every replica follows within seconds.
/// The choice is a pure function of route, question and fleet, so it can be explained, and of nothing that differs
/// between replicas but the fleet's state.
package struct ModelRoute: Hashable, Sendable {
    /// One model that may answer, and for whom. The order of pools is the order of preference.
    package struct Pool: Hashable, Sendable {
        package var model: String
        /// Empty for all plans.
        package var plans: Set<Plan>
        /// The bounds of a prompt's complexity that it is meant for, 0 to 100, both included.
        package var complexity: ClosedRange<Int>
        /// Its share among the pools that suit a question; 0 is preference by order alone.
        package var weight: UInt32
        /// Millionths of the deployment's currency per thousand tokens; 0 when budgets do not count it.
        package var price: UInt32

        package init(
            model: String, plans: Set<Plan> = [], complexity: ClosedRange<Int> = 0...100, weight: UInt32 = 0,
            price: UInt32 = 0
        ) {
            self.model = model
            self.plans = plans
            self.complexity = complexity
            self.weight = weight
            self.price = price
        }
    }

    /// A model that some see before all do.
    package struct Canary: Hashable, Sendable {
        package var model: String
        /// Of a thousand tenants' users, how many.
        package var permille: UInt32

        package init(model: String, permille: UInt32) {
            self.model = model
            self.permille = permille
        }
    }

    package var name: String
    package var pools: [Pool]
    package var canary: Canary?
    /// Tried in this order when the chosen model is not ready or would be too late.
    package var fallbacks: [String]
    /// The longest predicted wait for a first token before a fallback is taken; nil for any.
    package var maxWait: Duration?
    /// What one turn may cost on a plan, in millionths; a plan that is not named may cost anything.
    package var budgets: [Plan: UInt64]

    package init(
        name: String, pools: [Pool], canary: Canary? = nil, fallbacks: [String] = [], maxWait: Duration? = nil,
        budgets: [Plan: UInt64] = [:]
    ) {
        self.name = name
        self.pools = pools
        self.canary = canary
        self.fallbacks = fallbacks
        self.maxWait = maxWait
        self.budgets = budgets
    }

    package static let mostPools = 16
    package static let mostFallbacks = 8
    package static let longestName = 128

    /// Every model it may lead to.
    package var models: Set<String> { Set(pools.map(\.model) + fallbacks + (canary.map { [$0.model] } ?? [])) }

    /// What is wrong with it, in a sentence; nil when nothing is.
    package var fault: String? {
        if name.isEmpty || name.utf8.count > Self.longestName { return "A name has 1 to \(Self.longestName) bytes." }
        if pools.isEmpty || pools.count > Self.mostPools { return "A route has 1 to \(Self.mostPools) pools." }
        if fallbacks.count > Self.mostFallbacks { return "A route has at most \(Self.mostFallbacks) fallbacks." }
        if models.contains(where: { $0.isEmpty || $0.utf8.count > Self.longestName }) {
            return "A model's name has 1 to \(Self.longestName) bytes."
        }
        if models.contains(name) { return "A route does not lead to itself." }
        if let canary, canary.permille > 1_000 { return "A share is at most 1000 of a thousand." }
        if pools.contains(where: { $0.complexity.lowerBound < 0 || $0.complexity.upperBound > 100 }) {
            return "Complexity lies between 0 and 100."
        }
        return nil
    }
}

/// Who asks what, as far as a route looks.
package struct RouteQuestion: Hashable, Sendable {
    package var plan: Plan
    /// The same for one person always: what makes a choice stick.
    package var person: UInt64
    package var complexity: Int
    /// Prompt and longest answer, for the budget.
    package var tokens: UInt64

    package init(plan: Plan, person: UInt64, complexity: Int, tokens: UInt64) {
        self.plan = plan
        self.person = person
        self.complexity = complexity
        self.tokens = tokens
    }
}

/// What the fleet can do with a model now.
package struct ModelStanding: Hashable, Sendable {
    package var isReady: Bool
    /// Until a first token could come; a prediction.
    package var wait: Duration

    package init(isReady: Bool, wait: Duration = .zero) {
        self.isReady = isReady
        self.wait = wait
    }
}

/// Which model a route leads to, and why.
package struct RouteDecision: Hashable, Sendable {
    /// A closed vocabulary: metrics, answers and explanations use it.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The first pool that suits.
        case preferred
        /// Of several that suit, the one this person belongs to.
        case weighted
        /// This person sees it early.
        case canary
        /// What was chosen has no worker that is ready.
        case degraded
        /// What was chosen would have been too late.
        case slow
        /// No pool suits; the last one takes what is left.
        case leftover
    }

    /// Why a model was passed over.
    package enum Obstacle: String, Hashable, Sendable {
        case plan, complexity, budget, weight, notReady = "not_ready", slow
    }

    package struct PassedOver: Hashable, Sendable {
        package var model: String
        package var obstacle: Obstacle
    }

    package var model: String
    package var reason: Reason
    package var passedOver: [PassedOver]
}
