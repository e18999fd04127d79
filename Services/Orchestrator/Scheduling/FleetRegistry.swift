// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Synchronization

/// The fleet behind its one lock. Every index is derived from the one value, and no caller waits while holding it.
package final class FleetRegistry: Sendable {
    private let state: Mutex<FleetState>
    private let time: any TimeSource

    package init(_ state: FleetState, time: any TimeSource) {
        self.state = Mutex(state)
        self.time = time
    }

    package func heard(_ report: WorkerReport, from worker: WorkerAddress) {
        let now = time.now()
        state.withLock { $0.heard(report, from: worker, at: now) }
    }

    package func lost(_ worker: WorkerAddress) {
        state.withLock { $0.lost(worker) }
    }

    /// Makes the fleet that of these addresses.
    package func follow(_ addresses: [WorkerAddress]) {
        state.withLock { $0.follow(addresses) }
    }

    package func place(_ request: WorkRequest) throws(PlacementRefusal) -> Placement {
        let now = time.now()
        return try state.withLock { state throws(PlacementRefusal) in try state.place(request, at: now) }
    }

    package func finished(_ placement: Placement, _ outcome: WorkOutcome) {
        let now = time.now()
        state.withLock { $0.finished(placement, outcome, at: now) }
    }

    package func explain(_ request: WorkRequest) -> WorkerChoice.Decision {
        let now = time.now()
        return state.withLock { $0 }.explain(request, at: now)
    }

    /// Who holds the first of these prefixes that anybody is known to hold.
    package func holder(of prefixes: [UInt64]) -> PrefixHolder? {
        state.withLock { $0.holder(of: prefixes) }
    }

    package func record(_ holder: PrefixHolder, of prefix: UInt64) {
        state.withLock { $0.record(holder, of: prefix) }
    }

    package var workers: [WorkerRecord] { state.withLock { $0.workers } }
    package var models: [ServedModel] { state.withLock { $0.models.values.sorted { $0.name < $1.name } } }

    package func model(_ name: String) -> ServedModel? { state.withLock { $0.models[name] } }

    /// Whether every worker on the list has spoken, so that what none of them offers does not exist. An empty list says
    /// nothing yet.
    package var isComplete: Bool {
        state.withLock { state in
            let present = state.workers.filter { !$0.isLeaving }
            return !present.isEmpty && present.allSatisfy { $0.report != nil }
        }
    }

    /// Whether any worker can take work at all; the service is not ready without one.
    package var hasReadyWorker: Bool {
        state.withLock { $0.workers.contains { $0.report.map { !$0.isDraining } ?? false } }
    }
}
