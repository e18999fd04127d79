// SPDX-License-Identifier: Apache-2.0

extension ModelRoute {
    /// Who answers: the pools that suit the question, of them the one the person belongs to, and in its stead the first
    /// fallback that can when it cannot now.
    ///
    /// When nobody can, the first choice stays: it is waited for rather than answered by whoever is worse.
    package func choose(for question: RouteQuestion, standing: (String) -> ModelStanding) -> RouteDecision {
        var decision = suitable(for: question)
        let first = decision.model
        var models = [first]
        for model in fallbacks where !models.contains(model) { models.append(model) }
        var firstObstacle: RouteDecision.Obstacle?
        for model in models {
            guard let obstacle = obstacle(standing(model)) else {
                if model != first {
                    decision.model = model
                    decision.reason = firstObstacle == .slow ? .slow : .degraded
                }
                return decision
            }
            if firstObstacle == nil { firstObstacle = obstacle }
            decision.passedOver.append(.init(model: model, obstacle: obstacle))
        }
        return decision
    }

    private func obstacle(_ standing: ModelStanding) -> RouteDecision.Obstacle? {
        guard standing.isReady else { return .notReady }
        if let maxWait, standing.wait > maxWait { return .slow }
        return nil
    }

    /// The choice before the fleet is looked at: the same on every replica at all times.
    private func suitable(for question: RouteQuestion) -> RouteDecision {
        if let canary, share(of: question.person, for: "canary") < canary.permille {
            return RouteDecision(model: canary.model, reason: .canary, passedOver: [])
        }
        var passedOver: [RouteDecision.PassedOver] = []
        var left: [Pool] = []
        for pool in pools {
            if let obstacle = obstacle(pool, question) {
                passedOver.append(.init(model: pool.model, obstacle: obstacle))
            } else {
                left.append(pool)
            }
        }
        guard let preferred = left.first else {
            // A question is never left without an answer for want of a suitable pool: the last is the most modest.
            let last = pools.last { $0.plans.isEmpty || $0.plans.contains(question.plan) } ?? pools[pools.count - 1]
            return RouteDecision(model: last.model, reason: .leftover, passedOver: passedOver)
        }
        guard let weighted = weighted(left, question.person) else {
            return RouteDecision(model: preferred.model, reason: .preferred, passedOver: passedOver)
        }
        passedOver += left.filter { $0 != weighted }.map { .init(model: $0.model, obstacle: .weight) }
        return RouteDecision(model: weighted.model, reason: .weighted, passedOver: passedOver)
    }

    private func obstacle(_ pool: Pool, _ question: RouteQuestion) -> RouteDecision.Obstacle? {
        if !pool.plans.isEmpty, !pool.plans.contains(question.plan) { return .plan }
        if !pool.complexity.contains(question.complexity) { return .complexity }
        if let budget = budgets[question.plan] {
            let (cost, overflow) = UInt64(pool.price).multipliedReportingOverflow(by: question.tokens)
            if overflow || cost / 1_000 > budget { return .budget }
        }
        return nil
    }

    /// nil when no pool has a weight.
    private func weighted(_ pools: [Pool], _ person: UInt64) -> Pool? {
        let total = pools.reduce(0 as UInt64) { $0 + UInt64($1.weight) }
        guard total > 0, pools.count > 1 else { return nil }
        var at = UInt64(share(of: person, for: "weight", of: UInt32(clamping: total)))
        for pool in pools {
            if at < UInt64(pool.weight) { return pool }
            at -= UInt64(pool.weight)
        }
        return pools.last
    }

    /// A person's place among so many, by the route's name and the purpose: the same always and everywhere, and
    /// independent between routes. The mixing is SplitMix64's finaliser over an FNV-1a hash of the name.
    private func share(of person: UInt64, for purpose: String, of total: UInt32 = 1_000) -> UInt32 {
        var z = (name + "/" + purpose).utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
        }
        z ^= person
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return UInt32(z.multipliedFullWidth(by: UInt64(total)).high)
    }
}
