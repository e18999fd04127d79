// SPDX-License-Identifier: Apache-2.0

import Primitives
import Synchronization

/// Turns that wait for a model whose workers have been scaled to zero.
///
/// They are the signal that wakes it, so they are let in and counted; bounded in number, because each holds a
/// reservation and a client's connection, and in time.
package final class HeldTurns: Sendable {
    package let patience: Duration
    private let limit: Int
    /// Known though nobody has offered them since this process started.
    private let known: Set<String>
    private let waiting = Mutex<[String: Int]>([:])

    package init(limit: Int, patience: Duration, known: Set<String>) {
        self.limit = limit
        self.patience = patience
        self.known = known
    }

    /// Whether a turn that found no worker may wait for one.
    func mayWait(_ model: String, after failure: Failure) -> Bool {
        known.contains(model) && (failure.reason == "no_worker" || failure.reason == "model_not_found")
    }

    /// Takes a place; false when all are taken. Ends with `leave`.
    func enter(_ model: String) -> Bool {
        waiting.withLock { waiting in
            guard waiting.values.reduce(0, +) < limit else { return false }
            waiting[model, default: 0] += 1
            return true
        }
    }

    func leave(_ model: String) { waiting.withLock { $0[model, default: 0] -= 1 } }

    /// How many wait for each model that may rest.
    var counts: [String: Int] {
        waiting.withLock { waiting in Dictionary(uniqueKeysWithValues: known.map { ($0, waiting[$0] ?? 0) }) }
    }
}
