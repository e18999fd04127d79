// SPDX-License-Identifier: Apache-2.0

/// Chooses the worker for one request: filter, score, pick. Pure: a view of the fleet comes in, a decision goes out.
///
/// The policy in one sentence: a worker whose cache holds the prompt, as long as waiting for it costs less than the hit
/// is worth; else the least costly in seconds, with near ties spread by the prompt's preamble.
package struct WorkerChoice: Sendable {
    /// Which rule named the worker. A closed vocabulary: metrics and explanations use it.
    package enum Rule: String, CaseIterable, Hashable, Sendable {
        /// A worker that holds the prompt.
        case holder
        /// Nobody holds it: the least costly.
        case least
        /// Its holders are too busy: the least costly.
        case released
        /// Its holders are few for what is asked of them: one more is made.
        case replicated
        /// One of a hundred, to find out.
        case explored
        /// Nobody can take it.
        case none
    }

    package enum Outcome: Hashable, Sendable {
        case place(ScoredWorker)
        /// Everybody it may go to is full. For the holder no longer than so many seconds.
        case wait(for: ScoredWorker?, patience: Double)
        case nobody
    }

    package struct Decision: Hashable, Sendable {
        package var outcome: Outcome
        package var rule: Rule
        /// The workers that were compared.
        package var considered: [ScoredWorker] = []
    }

    private let rules: SchedulingRules
    private let sticky: StickyHolder
    private let least: LeastCost

    package init(_ rules: SchedulingRules) {
        self.rules = rules
        sticky = StickyHolder(rules)
        least = LeastCost(rules)
    }

    package func decide(_ request: WorkRequest, in view: FleetView) -> Decision {
        guard !view.candidates.isEmpty else { return Decision(outcome: .nobody, rule: .none) }
        let holders = view.match.holders(atLeast: rules.holderShare).intersection(view.candidates)
        let scored = sticky.pick(holders, for: request, in: view)
        guard let holder = scored.first else { return elsewhere(view.open, request, view, rule: .least) }
        let free = view.elsewhere(request)
        let others = free.subtracting(holders)
        let mayLeave = !view.queue.isPastShare(request)
        if !others.isEmpty, mayLeave {
            if isHot(holders, view) { return elsewhere(others, request, view, rule: .replicated) }
            if request.draw % 1_000 < rules.explorationPerMille, holder.cost.waiting > 0 {
                return elsewhere(others, request, view, rule: .explored)
            }
        }
        let patience = sticky.patience(for: request, with: holder, in: view)
        // Where nobody has a place, leaving the holder would only spend more of what is short.
        if holder.cost.waiting > patience, !free.isEmpty, mayLeave {
            return elsewhere(free, request, view, rule: .released)
        }
        if view.open.contains(holder.slot), view.hasRoom(holder.slot, for: request) {
            return Decision(outcome: .place(holder), rule: .holder, considered: scored)
        }
        return Decision(outcome: .wait(for: holder, patience: patience), rule: .holder, considered: scored)
    }

    /// The least costly of those with a place, whoever holds what.
    package func elsewhere(
        _ open: WorkerSet, _ request: WorkRequest, _ view: FleetView, rule: Rule
    ) -> Decision {
        let scored = least.pick(open, for: request, in: view)
        guard let found = scored.first else {
            return Decision(outcome: .wait(for: nil, patience: 0), rule: rule)
        }
        return Decision(outcome: .place(found), rule: rule, considered: scored)
    }

    /// Whether what is in flight with this prefix fills its holders.
    private func isHot(_ holders: WorkerSet, _ view: FleetView) -> Bool {
        var places = 0
        holders.forEach { places += view.places($0) }
        return Double(view.heat) >= Double(places) * rules.heatShare
    }
}
