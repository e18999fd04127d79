// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Prefixes that are in the wrong cache.
///
/// New prefixes settle evenly where places are free. In a rush they go to whoever comes free, and a worker that got a
/// few more than its cache holds loses one for each it reads, for ever. It is seen by what a prompt takes that should
/// have been there.
extension FleetState {
    /// By how much a prompt must be late to have been read: a part of a whole reading, and more than a step of others.
    private static let lateness = (share: 0.5, seconds: 0.02)
    /// Prompts of its size that its worker must have got more of late than another.
    private static let overfull = 1.5

    /// Forgets that a worker holds a prefix which it has lost and read again, where others have got less: the next
    /// request with it settles there. One more reading, once, for one of each round of its cache.
    ///
    /// A worker that reports its cache needs no guess, and the index does not believe it in what it has lost.
    /// - Parameter took: seconds from its dispatch to its first token.
    func hasLost(_ job: FleetJob, took: Double, at now: MonotonicInstant) -> Bool {
        guard !job.heldBlocks.isEmpty, let worker = slots[job.slot], let holder = worker.holder,
            !index.isExact(holder), let pace = worker.rates.knownPrefill(beside: seen[job.pool] ?? SeenPace())
        else { return false }
        let expected = worker.rates.way + Double(job.uncachedBefore + job.uncachedTokens) / pace
        let whole = Double(job.promptTokens) / pace
        guard took > expected + max(whole * Self.lateness.share, Self.lateness.seconds) else { return false }
        var least = Double.infinity
        pools[job.pool]?.intersection(ready).forEach { slot in
            least = min(least, slots[slot]?.settledTokens(at: now) ?? .infinity)
        }
        return worker.settledTokens(at: now) > least + Double(job.promptTokens) * Self.overfull
    }

    mutating func move(_ job: FleetJob, at now: MonotonicInstant) {
        // Another that was in flight with it may have found the same.
        guard let holder = slots[job.slot]?.holder, index.forget(prompt: job.heldBlocks, holder: holder) else { return }
        slots[job.slot]?.unsettles(tokens: job.promptTokens, at: now)
    }
}
