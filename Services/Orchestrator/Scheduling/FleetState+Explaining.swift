// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A decision that can be shown to a person.
package struct Explanation: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        package var worker: WorkerAddress
        /// The rule that takes it out; nil for one that can take the request now.
        package var filter: String?
        package var cost: CostInSeconds
        package var isChosen: Bool
    }

    package var rule: WorkerChoice.Rule
    /// The request would stand in line.
    package var waits: Bool
    package var promptTokens: Int
    package var rows: [Row]
}

/// What the fleet looks like at a moment, for gauges.
package struct FleetGauges: Hashable, Sendable {
    package struct Worker: Hashable, Sendable {
        package var address: WorkerAddress
        package var uncachedTokens: Int
        package var decoding: Int
    }
    /// By class.
    package var waiting: [Int]
    package var gap: [Int]
    package var indexedBlocks: Int
    package var workers: [Worker]
}

extension FleetState {
    /// The same decision as `submit` would make, without taking the place, and what every worker would cost.
    package mutating func explain(_ request: WorkRequest, at now: MonotonicInstant) -> Explanation {
        sweepIfDue(at: now)
        let request = expecting(request)
        let view = view(for: request, at: now)
        let decision = choice.decide(request, in: view)
        var chosen: Int?
        var waits = false
        switch decision.outcome {
        case .place(let scored): chosen = scored.slot
        case .wait(let holder, _):
            chosen = holder?.slot
            waits = true
        case .nobody: break
        }
        let rows = slots.indices.compactMap { slot in
            slots[slot].map { worker in
                let isKept = view.candidates.contains(slot) && view.isGreedy && !view.roomy.contains(slot)
                return Explanation.Row(
                    worker: worker.address,
                    filter: filters.refuser(of: worker, for: request, at: now) ?? (isKept ? "kept_for_others" : nil),
                    cost: view.scored(slot, for: request).cost, isChosen: slot == chosen)
            }
        }
        return Explanation(rule: decision.rule, waits: waits, promptTokens: request.promptTokens, rows: rows)
    }

    package func decisions(of turn: UUIDv7) -> [DecisionLog.Entry] { log.entries(of: turn) }

    package var gauges: FleetGauges {
        FleetGauges(
            waiting: ServiceClass.allCases.map(waiting(of:)), gap: ServiceClass.allCases.map(gap(of:)),
            indexedBlocks: indexedBlocks,
            workers: workers.map {
                FleetGauges.Worker(
                    address: $0.address, uncachedTokens: $0.ledger.uncachedTokens, decoding: $0.ledger.decoding)
            })
    }
}
