// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import Primitives

// Between the messages of the wire and the values of the domain, in both directions.

extension ModelRoute {
    /// Plans that this build does not know are left out; a pool of such plans only is nobody's.
    init(_ row: RouteRow) {
        self.init(
            name: row.name, pools: row.pools.compactMap(Pool.init),
            canary: row.canaryModel.map { Canary(model: $0, permille: row.canaryPermille) }, fallbacks: row.fallbacks,
            maxWait: row.maxWaitMs == 0 ? nil : .milliseconds(Int64(row.maxWaitMs)),
            budgets: Dictionary(
                row.budgets.compactMap { budget in Plan(rawValue: budget.plan).map { ($0, budget.micros) } },
                uniquingKeysWith: min))
    }
}

extension ModelRoute.Pool {
    fileprivate init?(_ pool: RoutePool) {
        let plans = Set(pool.plans.compactMap(Plan.init(rawValue:)))
        guard pool.plans.isEmpty || !plans.isEmpty else { return nil }
        let high = pool.maxComplexity == 0 ? 100 : Int(min(100, pool.maxComplexity))
        self.init(
            model: pool.model, plans: plans, complexity: min(Int(clamping: pool.minComplexity), high)...high,
            weight: pool.weight, price: pool.priceMicros)
    }
}

extension RouteRow {
    init(_ route: ModelRoute) {
        self.init(
            name: route.name,
            pools: route.pools.map { pool in
                RoutePool(
                    model: pool.model, plans: pool.plans.map(\.rawValue).sorted(),
                    minComplexity: UInt32(clamping: pool.complexity.lowerBound),
                    maxComplexity: UInt32(clamping: pool.complexity.upperBound), weight: pool.weight,
                    priceMicros: pool.price)
            }, canaryModel: route.canary?.model, canaryPermille: route.canary?.permille ?? 0,
            fallbacks: route.fallbacks, maxWaitMs: UInt32(clamping: route.maxWait?.milliseconds ?? 0),
            budgets: route.budgets.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                RouteBudget(plan: $0.key.rawValue, micros: $0.value)
            })
    }
}
