// SPDX-License-Identifier: Apache-2.0

/// How fast workers were seen to be: one, or all of a model together.
package struct SeenPace: Hashable, Sendable {
    /// Weight of the newest step; some twenty make the estimate.
    private static let gain = 0.1
    /// Of less the time is mostly the way there and back.
    private static let fewest = (promptTokens: 256, outputTokens: 8)
    private static let shortest = 0.000_1

    private(set) var reading = ReadingPace()
    /// Seconds per step.
    private(set) var step: Double?

    package init() {}

    /// Prompts were read, one and those before it: so many tokens in so much time.
    package mutating func sawPrefill(tokens: Int, seconds: Double) {
        guard tokens >= Self.fewest.promptTokens, seconds > Self.shortest else { return }
        reading.add(tokens: Double(tokens), seconds: seconds)
    }

    package mutating func sawDecode(tokens: Int, seconds: Double) {
        guard tokens >= Self.fewest.outputTokens, seconds > Self.shortest else { return }
        let sample = seconds / Double(tokens)
        step = step.map { $0 + (sample - $0) * Self.gain } ?? sample
    }
}

/// Seconds for tokens, as a line through what was seen: so much for any prompt, and so much for each of its tokens. The
/// slope is the pace. By their ratio a worker that was sent short ones only would look several times as slow as one
/// that read a long one, and never get one.
struct ReadingPace: Hashable, Sendable {
    /// What is left of an older sample's weight with each new one: some hundred make the line.
    private static let kept = 0.99
    /// The variance of their lengths, in squares of the mean, from which on they say how time grows with length.
    private static let spread = 0.25
    /// How many times the division may differ from what it was when the line was found: beyond it the worker has become
    /// another one.
    private static let stale = 4.0

    private var weight = 0.0
    private var tokens = 0.0
    private var seconds = 0.0
    private var squares = 0.0
    private var products = 0.0
    /// Tokens per second, by the line. The last one that was found stands while all samples are alike.
    private(set) var rate: Double?
    /// Seconds for any prompt.
    private(set) var fixed = 0.0
    private var ratioThen = 0.0

    /// The same by mere division; nil before any.
    var ratio: Double? { seconds > 0 ? tokens / seconds : nil }

    mutating func add(tokens new: Double, seconds took: Double) {
        weight = weight * Self.kept + 1
        tokens = tokens * Self.kept + new
        seconds = seconds * Self.kept + took
        squares = squares * Self.kept + new * new
        products = products * Self.kept + new * took
        let variance = weight * squares - tokens * tokens
        let slope = (weight * products - tokens * seconds) / variance
        // A line that falls, or one so flat that all the time would be the way, is noise.
        guard variance > tokens * tokens * Self.spread, slope > 0, let ratio, 1 / slope < ratio * 16 else {
            dropIfStale()
            return
        }
        rate = 1 / slope
        fixed = max(0, (seconds - slope * tokens) / weight)
        ratioThen = ratio
    }

    private mutating func dropIfStale() {
        guard rate != nil, let ratio, ratio > ratioThen * Self.stale || ratio < ratioThen / Self.stale else { return }
        (rate, fixed) = (nil, 0)
    }
}
