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
        return compared.map { view.scored($0, for: request) }.sorted { $0.cost.total < $1.cost.total }
    }

    /// How long, in seconds, this request may wait for its holder.
    func patience(for request: WorkRequest, with holder: ScoredWorker, in view: FleetView) -> Double {
        let saved = Double(request.promptTokens) * holder.cost.match / view.prefillRate(holder.slot)
        return min(rules.toleratedTTFT.inSeconds, saved * rules.patience)
    }
}
