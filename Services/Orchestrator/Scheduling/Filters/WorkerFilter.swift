// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A rule that takes a worker out of the choice.
package protocol WorkerFilter: Sendable {
    /// How an explained decision names the rule.
    var name: String { get }
    func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool
}

/// The rules, in the order in which an explanation names the first that fails.
package struct WorkerFilters: Sendable {
    /// Those that hold for every request alike: the fleet keeps their result and asks again when a worker changes.
    let standing: [any WorkerFilter] = [IsReady(), IsNotDraining(), IsNotEjected()]
    let ofRequest: [any WorkerFilter] = [ServesModel(), IsNotExcluded()]
    let ofLoad: [any WorkerFilter]

    package init(_ rules: SchedulingRules) { ofLoad = [HasPlace(rules), HasCacheRoom()] }

    /// The first that takes the worker out; nil for a candidate.
    func refuser(
        of worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant
    ) -> String? {
        (standing + ofRequest + ofLoad).first { !$0.keeps(worker, for: request, at: now) }?.name
    }
}
