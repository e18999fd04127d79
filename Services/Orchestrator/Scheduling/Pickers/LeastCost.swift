// SPDX-License-Identifier: Apache-2.0

/// Chooses for a prompt that nobody holds, or whose holders are saturated: load decides.
///
/// Estimates are rough, so workers whose costs are close count as equal. Of those the prompt's beginning names one, the
/// same on every orchestrator, but for those that got more new prompts of late than another by more than this one: so
/// prefixes spread evenly over caches (consistent hashing with bounded loads, Mirrokni, Thorup and Zadimoghaddam 2018).
/// Load comes first, which keeps a worker with an empty cache from getting everything.
package struct LeastCost: Sendable {
    /// Pairs that are drawn until one has room in a cache.
    private static let maxDraws = 4
    /// How much more one may have got than another: half such a prompt, of short ones some.
    private static let uneven = (share: 0.5, tokens: 1_024.0)

    private let rules: SchedulingRules
    package init(_ rules: SchedulingRules) { self.rules = rules }

    /// The workers that were compared, the chosen one first. Empty when none has room.
    func pick(_ open: WorkerSet, for request: WorkRequest, in view: FleetView) -> [ScoredWorker] {
        var rest = open
        for draw in 0..<Self.maxDraws where !rest.isEmpty {
            let compared = compared(rest, for: request, in: view, draw: UInt64(draw))
            let fit = compared.members.filter { view.hasRoom($0, for: request) }
            if !fit.isEmpty { return ordered(fit.map { view.scored($0, for: request) }, request, view) }
            rest.subtract(compared)
        }
        return []
    }

    private func compared(_ open: WorkerSet, for request: WorkRequest, in view: FleetView, draw: UInt64) -> WorkerSet {
        let count = open.count
        guard count > rules.maxCompared else { return open }
        var compared = WorkerSet(view.two(of: open, by: request.spread &+ draw))
        // One by chance: where many prompts begin alike, the same two would get all of them and others nothing.
        if let one = open.member(after: Int((request.draw &+ draw) % UInt64(count))) { compared.insert(one) }
        // Whoever holds a part of it saves that part.
        let partly = view.match.anybody.intersection(open)
        compared.formUnion(partly.count > 2 ? WorkerSet(view.two(of: partly, by: request.spread)) : partly)
        return compared
    }

    private func ordered(_ scored: [ScoredWorker], _ request: WorkRequest, _ view: FleetView) -> [ScoredWorker] {
        var scored = scored.sorted { $0.cost.total < $1.cost.total }
        let least = scored[0].cost.total
        let equal = scored.prefix { $0.cost.total <= least * rules.tieShare }
        let settled = equal.map { view.settled($0.slot) }
        let bound = (settled.min() ?? 0) + max(Self.uneven.tokens, Double(request.promptTokens) * Self.uneven.share)
        let even = zip(equal, settled).filter { $0.1 <= bound }.map(\.0.slot)
        let chosen = view.two(of: WorkerSet(even), by: request.spread)[0]
        if let place = scored.firstIndex(where: { $0.slot == chosen }) { scored.swapAt(0, place) }
        return scored
    }
}
