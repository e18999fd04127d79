// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many calls a client may make twice, repeated or hedged: one in ten, with a small reserve to start from. Calls
/// that nobody looked at are no load, and are repeated without it.
///
/// Without it a struggling service would get its load doubled by its own callers just when it is least able to bear
/// it. Counted in tenths of a repeat.
final class RetryBudget: Sendable {
    private let tenths: Atomic<Int>
    /// Enough for a burst of calls cut off by one lost connection.
    private static let largest = 1_000

    init() { tenths = Atomic(Self.largest) }

    /// A call is made.
    func earn() {
        // Relaxed and not quite exact on purpose: the bound is a rule of thumb, the call path is hot.
        if tenths.load(ordering: .relaxed) < Self.largest { tenths.add(1, ordering: .relaxed) }
    }

    /// Whether one repeat may be made; takes it off if so.
    func spend() -> Bool {
        guard tenths.load(ordering: .relaxed) >= 10 else { return false }
        tenths.subtract(10, ordering: .relaxed)
        return true
    }
}
