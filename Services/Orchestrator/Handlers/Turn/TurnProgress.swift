// SPDX-License-Identifier: Apache-2.0

import OrchestratorScheduling
import Synchronization

/// What a turn has done outside this process, and so must be undone or ended there.
final class TurnProgress: Sendable {
    enum Reservation: Sendable {
        case notAsked
        /// Asked for; made, or perhaps made.
        case asked
        /// Billing said no: nothing is held.
        case refused
    }

    struct Facts: Sendable {
        /// The turn's row is durable.
        var isAccepted = false
        var reservation = Reservation.notAsked
        /// The turn goes on although billing did not answer, and occupies one of the few places for that.
        var isUnreserved = false
        var placement: Placement?
    }

    private let state = Mutex(Facts())

    var facts: Facts { state.withLock { $0 } }
    func note(_ change: (inout Facts) -> Void) { state.withLock { change(&$0) } }
}

/// A bounded number of places that are taken and given back.
package final class Bulkhead: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    package init(limit: Int) { self.limit = limit }

    /// Takes a place; false when all are taken.
    package func enter() -> Bool {
        taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
    }

    package func leave() { taken.withLock { $0 -= 1 } }
}
