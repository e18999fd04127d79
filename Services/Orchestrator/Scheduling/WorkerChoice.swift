// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Chooses the worker for one request: filter, score, pick. Pure: the fleet's state comes in, a decision goes out.
///
/// The default policy in one sentence: the worker whose cache holds the prompt's beginning, unless it is much deeper in
/// work than the least busy one; else the least busy, with ties spread by the prompt's prefix.
package struct WorkerChoice: Sendable {
    /// A worker that passed every filter.
    package struct Candidate: Hashable, Sendable {
        package var worker: WorkerAddress
        package var instance: UInt64
        package var cost: Int
        package var nameHash: UInt64
    }

    /// Which rule named the worker. A closed vocabulary: metrics and explanations use it.
    package enum Rule: String, Hashable, Sendable {
        case holder, least, none
    }

    /// A decision that can be shown to a person.
    package struct Decision: Hashable, Sendable {
        package var chosen: Candidate?
        package var rule: Rule
        package var candidates: [Candidate]
        /// For every worker that was taken out, the filter that did it.
        package var filtered: [WorkerAddress: String]
    }

    private let filters: [any WorkerFilter]
    private let scorer = QueueDepth()
    private let sticky: StickyHolder
    private let least = LeastDepth()

    /// - Parameter slack: see `StickyHolder`.
    package init(slack: Int) {
        filters = [IsReady(), IsNotDraining(), ServesModel(), IsNotExcluded()]
        sticky = StickyHolder(slack: slack)
    }

    package func decide(_ request: WorkRequest, among workers: [WorkerRecord], at now: MonotonicInstant) -> Decision {
        var candidates: [Candidate] = []
        candidates.reserveCapacity(workers.count)
        var filtered: [WorkerAddress: String] = [:]
        for worker in workers {
            if let filter = filters.first(where: { !$0.keeps(worker, for: request, at: now) }) {
                filtered[worker.address] = filter.name
            } else {
                candidates.append(
                    Candidate(
                        worker: worker.address, instance: worker.report?.instance ?? 0,
                        cost: scorer.cost(of: worker), nameHash: worker.nameHash))
            }
        }
        var decision = Decision(chosen: nil, rule: .none, candidates: candidates, filtered: filtered)
        if let holder = sticky.pick(candidates, for: request) {
            decision.chosen = holder
            decision.rule = .holder
        } else if let shallow = least.pick(candidates, for: request) {
            decision.chosen = shallow
            decision.rule = .least
        }
        return decision
    }
}
