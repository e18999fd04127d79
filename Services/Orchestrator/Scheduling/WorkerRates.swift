// SPDX-License-Identifier: Apache-2.0

/// How fast a worker is: what it measured of itself, else what we saw of it, else what we saw of others that have the
/// same model, else a guess. One that has done nothing yet must not look slower than those that have, or it never will.
package struct WorkerRates: Hashable, Sendable {
    /// Before anything is known: a small model on a few cores. What matters is that it is the same for all workers that
    /// say nothing, so that they are told apart by their load.
    private static let guessed = (prefill: 2_000.0, step: 0.02)
    /// Decoding reads the whole model for each step, so one more sequence costs little.
    private static let guessedGrowth = 0.05
    /// Tokens per second and seconds per step outside of these are no measurement.
    private static let believed = 0.01...1e9
    private static let longestStep = 3_600.0
    /// Weight of the newest sample; some twenty samples make the estimate.
    private static let gain = 0.1

    private var measuredPrefill = 0.0
    /// Seconds per step at batch sizes 1, 2, 4, 8, ….
    private var measuredSteps: [Double] = []
    private var seen = SeenPace()
    /// From dispatch to end, in seconds.
    package private(set) var service = 0.5
    /// The same by estimate, of the same calls.
    private var estimated = 0.0
    package private(set) var hasService = false

    package init() {}

    /// What any prompt takes there beside its reading, in seconds, as far as was seen.
    var way: Double { seen.reading.fixed }

    /// It says itself how fast it reads.
    package var isMeasured: Bool { measuredPrefill > 0 }

    package mutating func saw(_ sample: (inout SeenPace) -> Void) { sample(&seen) }

    /// Tokens per second; more than zero.
    /// - Parameter others: what was seen of all that have the model.
    package func prefill(beside others: SeenPace) -> Double { knownPrefill(beside: others) ?? Self.guessed.prefill }

    /// The same where it is more than a guess.
    func knownPrefill(beside others: SeenPace) -> Double? {
        if measuredPrefill > 0 { return measuredPrefill }
        return seen.reading.rate ?? others.reading.rate ?? seen.reading.ratio ?? others.reading.ratio
    }

    /// Seconds per step when this many sequences are decoded together, between the measured sizes by their logarithm.
    package func step(batch: Int, beside others: SeenPace) -> Double {
        guard let first = measuredSteps.first else {
            return (seen.step ?? others.step ?? Self.guessed.step) * (1 + Self.guessedGrowth * Double(batch - 1))
        }
        var size = 1
        var before = first
        for next in measuredSteps.dropFirst() {
            guard batch > size else { return before }
            if batch <= size * 2 { return before + (next - before) * Double(batch - size) / Double(size) }
            before = next
            size *= 2
        }
        // Past the largest measured batch a step grows with it.
        return batch > size ? before * Double(batch) / Double(size) : before
    }

    package mutating func measured(_ report: WorkerReport) {
        let prefill = Double(report.prefillTokensPerSecond)
        measuredPrefill = Self.believed.contains(prefill) ? prefill : 0
        let steps = report.stepMicroseconds.map { Double($0) / 1e6 }
        measuredSteps = steps.allSatisfy { $0 > 0 && $0 <= Self.longestStep } ? steps : []
    }

    /// - Parameter estimate: how long it was likely to take (`seconds(uncached:output:batch:)`).
    package mutating func sawService(seconds: Double, estimate: Double = 0) {
        guard seconds > 0 else { return }
        service = hasService ? service + (seconds - service) * Self.gain : seconds
        estimated = hasService ? estimated + (estimate - estimated) * Self.gain : estimate
        hasService = true
    }

    /// How long a call is likely to hold its place.
    package func seconds(uncached: Double, output: Double, batch: Int, beside others: SeenPace) -> Double {
        uncached / prefill(beside: others) + output * step(batch: batch, beside: others)
    }

    /// How many times as long calls have held their places here as was estimated; 1 before any has ended.
    package var slowness: Double { hasService && estimated > 0 ? service / estimated : 1 }
}
