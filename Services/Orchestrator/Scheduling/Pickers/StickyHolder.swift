// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Chooses among the workers that hold the prompt, and says how long that one is to be waited for.
///
/// A hit saves the prefill of everything said so far, and each copy elsewhere pushes other prefixes out. So a holder is
/// left only when its waiting work passes what is tolerated of anybody, or several times what the hit saves.
package struct StickyHolder: Sendable {
    private let rules: SchedulingRules
    package init(_ rules: SchedulingRules) { self.rules = rules }

    /// The holders that are compared, the least costly first. There are few; of many, two are drawn.
    func pick(_ holders: WorkerSet, for request: WorkRequest, in view: FleetView) -> [ScoredWorker] {
        let compared = holders.count > rules.maxCompared ? view.two(of: holders, by: request.draw) : holders.members
        let scored = compared.map { view.scored($0, for: request) }
        return settled(scored.sorted { $0.cost.total < $1.cost.total }, request, view)
    }

    /// Copies that were made in a rush stay in caches as long as they are asked for, in the place of other prefixes.
    /// Where one holder is enough for what is asked, with half of its heat to spare, it is the same one each time, and
    /// the others age out.
    private func settled(_ scored: [ScoredWorker], _ request: WorkRequest, _ view: FleetView) -> [ScoredWorker] {
        guard scored.count > 1, let key = request.heatKey(rules) else { return scored }
        let least = scored[0].cost.total
        let equal = scored.prefix { $0.cost.total <= least * rules.tieShare }.filter { view.open.contains($0.slot) }
        guard let first = view.two(of: WorkerSet(equal.lazy.map(\.slot)), by: key).first,
            let place = scored.firstIndex(where: { $0.slot == first }), place > 0,
            Double(view.heat) < Double(view.places(first)) * rules.heatShare / 2
        else { return scored }
        var scored = scored
        scored.swapAt(0, place)
        return scored
    }

    /// How long, in seconds, this request may wait for its holder.
    func patience(for request: WorkRequest, with holder: ScoredWorker, in view: FleetView) -> Double {
        let saved = Double(request.promptTokens) * holder.cost.match / view.prefillRate(holder.slot)
        return min(rules.toleratedTTFT.inSeconds, saved * rules.patience)
    }
}
