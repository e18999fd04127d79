// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Why no worker was found.
package enum PlacementRefusal: Error, Hashable, Sendable {
    /// No worker has offered this model since this process started.
    case unknownModel
    /// The model is known, and no worker that serves it can take work now.
    case noneReady
}

/// A place that was given out. Ends with `FleetState.finished`.
package struct Placement: Hashable, Sendable {
    package var worker: WorkerAddress
    package var instance: UInt64
    package var rule: WorkerChoice.Rule

    package var holder: PrefixHolder { PrefixHolder(worker: worker, instance: instance) }
}

/// The fleet as one value: every worker, what is in flight, and who holds which prefix.
package struct FleetState: Sendable {
    private let choice: WorkerChoice
    package private(set) var workers: [WorkerRecord]
    private var indexOf: [WorkerAddress: Int] = [:]
    private var affinity: AffinityMap
    /// Every model any worker has offered, with what was last said of it: a fleet that restarts still knows the names.
    package private(set) var models: [String: ServedModel] = [:]

    package init(workers addresses: [WorkerAddress], slack: Int, affinityCapacity: Int) {
        choice = WorkerChoice(slack: slack)
        workers = addresses.map(WorkerRecord.init)
        for (index, address) in addresses.enumerated() { indexOf[address] = index }
        affinity = AffinityMap(capacity: affinityCapacity)
    }

    /// Makes the fleet that of these addresses. One that is gone takes no new work and is forgotten with its last call;
    /// should it come back before, it is the same again, so that no call is counted down twice.
    package mutating func follow(_ addresses: [WorkerAddress]) {
        let present = Set(addresses)
        for index in workers.indices { workers[index].isLeaving = !present.contains(workers[index].address) }
        for address in addresses where indexOf[address] == nil {
            indexOf[address] = workers.count
            workers.append(WorkerRecord(address: address))
        }
        forgetGone()
    }

    private mutating func forgetGone() {
        workers.removeAll { $0.isLeaving && $0.inFlight == 0 }
        indexOf = Dictionary(uniqueKeysWithValues: workers.enumerated().map { ($1.address, $0) })
    }

    package mutating func heard(_ report: WorkerReport, from address: WorkerAddress, at now: MonotonicInstant) {
        guard let index = indexOf[address] else { return }
        if workers[index].report?.models != report.models {
            for var model in report.models {
                // Copies of one file may bear different times; the eldest makes every replica say the same.
                if let known = models[model.name] { model.createdAt = min(known.createdAt, model.createdAt) }
                models[model.name] = model
            }
        }
        workers[index].heard(report, at: now)
    }

    package mutating func lost(_ address: WorkerAddress) {
        guard let index = indexOf[address] else { return }
        workers[index].lost()
    }

    /// Chooses a worker and counts the call as in flight, in one step: two requests that arrive together must not both
    /// see an idle worker.
    package mutating func place(
        _ request: WorkRequest, at now: MonotonicInstant
    ) throws(PlacementRefusal) -> Placement {
        let decision = choice.decide(request, among: workers, at: now)
        guard let chosen = decision.chosen, let index = indexOf[chosen.worker] else {
            throw models[request.model]?.kind == request.kind ? .noneReady : .unknownModel
        }
        workers[index].dispatched()
        return Placement(worker: chosen.worker, instance: chosen.instance, rule: decision.rule)
    }

    /// The same decision as `place` would make, without taking the place.
    package func explain(_ request: WorkRequest, at now: MonotonicInstant) -> WorkerChoice.Decision {
        choice.decide(request, among: workers, at: now)
    }

    package mutating func finished(_ placement: Placement, _ outcome: WorkOutcome, at now: MonotonicInstant) {
        guard let index = indexOf[placement.worker] else { return }
        workers[index].finished(outcome, at: now)
        if workers[index].isLeaving { forgetGone() }
    }

    package mutating func holder(of prefixes: [UInt64]) -> PrefixHolder? {
        for prefix in prefixes {
            if let holder = affinity.holder(of: prefix) { return holder }
        }
        return nil
    }

    package mutating func record(_ holder: PrefixHolder, of prefix: UInt64) { affinity.record(holder, of: prefix) }
}
