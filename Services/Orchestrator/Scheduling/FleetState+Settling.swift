// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Prefixes that are in the wrong cache.
///
/// New prefixes settle evenly where places are free. In a rush they go to whoever comes free, and a worker that got a
/// few more than its cache holds loses one for each it reads, for ever. It is seen by what a prompt takes that should
/// have been there.
extension FleetState {
    /// The part of a whole reading by which a prompt must be late to have been read.
    private static let lateness = 0.5
    /// Prompts of its size that its worker must have got more of late than another.
    private static let overfull = 1.5

    /// Forgets that a worker holds a prefix which it has lost and read again, where others have got less: the next
    /// request with it settles there. One more reading, once, for one of each round of its cache.
    ///
    /// A worker that reports its cache needs no guess, and the index does not believe it in what it has lost.
    func hasLost(_ job: FleetJob, at now: MonotonicInstant) -> Bool {
        guard !job.heldBlocks.isEmpty, let worker = slots[job.slot], let holder = worker.holder,
            !index.isExact(holder), let pace = worker.rates.knownPrefill(beside: seen[job.pool] ?? SeenPace())
        else { return false }
        let expected = Double(job.uncachedBefore + job.uncachedTokens) / pace
        let whole = Double(job.promptTokens) / pace
        let took = Double(now.nanoseconds &- job.dispatchedAt) / 1e9
        guard took > expected + whole * Self.lateness else { return false }
        var least = Double.infinity
        pools[job.pool]?.intersection(ready).forEach { slot in
            least = min(least, slots[slot]?.settledTokens(at: now) ?? .infinity)
        }
        return worker.settledTokens(at: now) > least + Double(job.promptTokens) * Self.overfull
    }

    mutating func moveIfLost(_ job: FleetJob, at now: MonotonicInstant) {
        guard hasLost(job, at: now), let holder = slots[job.slot]?.holder else { return }
        index.forget(prompt: job.heldBlocks, holder: holder)
        slots[job.slot]?.settles(tokens: -job.promptTokens, at: now)
    }
}
