// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A second place for a request that has one already.
extension FleetState {
    package enum Beside: Hashable, Sendable {
        case placed(Placement)
        /// Somebody waits for the model's workers, each of whose places is somebody's then, or no other has one.
        case nobody
        /// One has a place, and would not pay.
        case noSooner
    }

    /// A place at once, or none; nothing is counted for a request that stays where it is.
    /// - Parameters:
    ///   - request: excludes the worker that has it.
    ///   - pays: asked what the second place would cost.
    package mutating func submitBeside(
        _ request: WorkRequest, at now: MonotonicInstant, if pays: (CostInSeconds) -> Bool
    ) -> Beside {
        sweepIfDue(at: now)
        guard !isAnybodyWaiting(beside: request.pool) else { return .nobody }
        var request = expecting(request)
        request.since = now
        let decision = decide(request, at: now)
        guard case .place(let chosen) = decision.outcome else { return .nobody }
        return pays(chosen.cost) ? .placed(dispatch(request, to: chosen, decision, at: now)) : .noSooner
    }
}
