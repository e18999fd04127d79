// SPDX-License-Identifier: Apache-2.0

/// What the ready workers of one model can do together, by their measured rates.
///
/// One line in front of all their places is served by whichever comes free, so the wait is work over places: what those
/// before us will hold their places for, and one more call's time until the first place comes free.
package struct PoolPace: Hashable, Sendable {
    package private(set) var workers = 0
    package private(set) var places = 0
    /// Calls beyond the places: they wait at the workers themselves, sent by us or by others.
    private var excess = 0
    /// Calls that end in a second while all places are taken.
    private var endsPerSecond = 0.0
    /// Sums over places, of what makes a call's time there.
    private var secondsPerPromptToken = 0.0
    private var secondsPerOutputToken = 0.0

    mutating func add(_ worker: WorkerRecord, beside others: SeenPace) {
        let rates = worker.rates
        let own = Int(clamping: max(1, min(worker.report?.maxRunning ?? 1, UInt32(Int16.max))))
        workers += 1
        places += own
        excess += max(0, min(worker.depth, Int(Int32.max)) - own)
        endsPerSecond += Double(own) / rates.service
        secondsPerPromptToken += Double(own) * rates.slowness / rates.prefill(beside: others)
        secondsPerOutputToken += Double(own) * rates.slowness * rates.step(batch: own, beside: others)
    }

    /// How long a call holds its place on average.
    private var service: Double { endsPerSecond > 0 ? Double(places) / endsPerSecond : 0 }

    /// How long this one is likely to hold a place of these workers.
    /// - Parameter match: the share of its prompt that its worker holds.
    package func seconds(of request: WorkRequest, match: Double) -> Double {
        guard places > 0 else { return 0 }
        let uncached = Double(request.promptTokens) * (1 - match)
        return (uncached * secondsPerPromptToken + Double(request.expectedTokens) * secondsPerOutputToken)
            / Double(places)
    }

    /// Until a place is free for whoever has so many seconds of others' calls before it, while no place is free now.
    package func wait(behind seconds: Double) -> Double {
        places > 0 ? (seconds + Double(excess + 1) * service) / Double(places) : 0
    }
}
