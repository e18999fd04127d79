// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What a choice sees of the fleet, for one request.
package struct FleetView: Sendable {
    /// By number; nil where there is none.
    var slots: [WorkerRecord?]
    var nameHashes: [UInt64]
    /// Those that could take the request, now or when they have a place.
    package var candidates: WorkerSet
    /// Of those, the ones with a place in their batch.
    package var open: WorkerSet
    /// Of those, the ones with a place beyond those that are kept for tenants within their share.
    package var roomy: WorkerSet
    package var match: PrefixMatch
    var queue: WorkQueue
    /// The request's tenant has had more than its share of late.
    var isGreedy: Bool
    /// Calls in flight with the request's prefix.
    var heat: Int
    /// How fast those that have the model were seen to be.
    var pace: SeenPace
    var rules: SchedulingRules
    var now: MonotonicInstant

    func scored(_ slot: Int, for request: WorkRequest) -> ScoredWorker {
        guard let worker = slots[slot] else { return ScoredWorker(slot: slot, cost: CostInSeconds()) }
        return ScoredWorker(
            slot: slot,
            cost: CostInSeconds(
                of: request, at: worker, match: match.share(of: slot), places: worker.places(rules, at: now),
                waiting: queue.ahead(of: request, in: .worker(slot)), beside: pace))
    }

    /// Where a request may go that leaves its holders, or has none. Whoever had more than its share keeps to the caches
    /// it has, and does not spread over those of others; what nobody else needs is its own all the same.
    func elsewhere(_ request: WorkRequest) -> WorkerSet {
        guard isGreedy else { return roomy }
        return WorkerSet(
            roomy.members.filter { slots[$0]?.isSpare(for: request.serviceClass, rules, at: now) ?? false })
    }

    func places(_ slot: Int) -> Int { slots[slot]?.places(rules, at: now) ?? 0 }
    func prefillRate(_ slot: Int) -> Double { slots[slot]?.rates.prefill(beside: pace) ?? 1 }
    /// Tokens of prompts that came to the worker of late and were new to it.
    func settled(_ slot: Int) -> Double { slots[slot]?.settledTokens(at: now) ?? 0 }

    /// Whether its cache has room too. Asked of few workers only.
    func hasRoom(_ slot: Int, for request: WorkRequest) -> Bool {
        slots[slot].map { HasCacheRoom().keeps($0, for: request, at: now) } ?? false
    }

    /// The two of them that a number names.
    func two(of workers: WorkerSet, by spread: UInt64) -> [Int] {
        Rendezvous.two(of: workers, spread: spread, names: nameHashes)
    }
}

/// A worker with what the request costs there.
package struct ScoredWorker: Hashable, Sendable {
    package var slot: Int
    package var cost: CostInSeconds
}
