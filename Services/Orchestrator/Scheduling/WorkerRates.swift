// SPDX-License-Identifier: Apache-2.0

/// How fast a worker is: what it measured of itself, else what we saw of it, else a guess.
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
    private var seenPrefill: Double?
    private var seenStep: Double?
    /// From dispatch to end, in seconds.
    package private(set) var service = 0.5
    /// The same by estimate, of the same calls.
    private var estimated = 0.0
    package private(set) var hasService = false

    package init() {}

    /// Tokens per second; more than zero.
    package var prefill: Double { measuredPrefill > 0 ? measuredPrefill : seenPrefill ?? Self.guessed.prefill }

    /// Seconds per step when this many sequences are decoded together, between the measured sizes by their logarithm.
    package func step(batch: Int) -> Double {
        guard let first = measuredSteps.first else {
            return (seenStep ?? Self.guessed.step) * (1 + Self.guessedGrowth * Double(batch - 1))
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

    /// A prompt was read: so many tokens in so much time, what it waited for others included.
    package mutating func sawPrefill(tokens: Int, seconds: Double) {
        // Of a short prompt the time is mostly the way there and back.
        guard tokens >= 256, seconds > 0.000_1 else { return }
        let sample = Double(tokens) / seconds
        seenPrefill = seenPrefill.map { $0 + (sample - $0) * Self.gain } ?? sample
    }

    package mutating func sawDecode(tokens: Int, seconds: Double) {
        guard tokens >= 8, seconds > 0.000_1 else { return }
        let sample = seconds / Double(tokens)
        seenStep = seenStep.map { $0 + (sample - $0) * Self.gain } ?? sample
    }

    /// - Parameter estimate: how long it was likely to take (`seconds(uncached:output:batch:)`).
    package mutating func sawService(seconds: Double, estimate: Double = 0) {
        guard seconds > 0 else { return }
        service = hasService ? service + (seconds - service) * Self.gain : seconds
        estimated = hasService ? estimated + (estimate - estimated) * Self.gain : estimate
        hasService = true
    }

    /// How long a call is likely to hold its place.
    package func seconds(uncached: Double, output: Double, batch: Int) -> Double {
        uncached / prefill + output * step(batch: batch)
    }

    /// How many times as long calls have held their places here as was estimated; 1 before any has ended.
    package var slowness: Double { hasService && estimated > 0 ? service / estimated : 1 }
}
