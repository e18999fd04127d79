// SPDX-License-Identifier: Apache-2.0

/// What a step takes, by the number of tokens that go through the model in it.
///
/// Measured at a few widths when the engine starts. Between them it is interpolated and not fitted to a line, because
/// it is none: a kernel for one token may be three times as fast as the one for two. What the engine then sees
/// corrects the level, not the shape.
package struct StepCost: Hashable, Sendable {
    package struct Point: Hashable, Sendable {
        package var tokens: Int
        package var seconds: Double
        package init(tokens: Int, seconds: Double) {
            self.tokens = tokens
            self.seconds = seconds
        }
    }

    /// Fewer prompt tokens in a step than this cost nearly as much, so no step carries fewer while there are some: the
    /// bound of a step holds for every model that reads sixteen tokens within it.
    package static let leastChunk = 16
    /// Wider steps are always taken whole: beyond it every kernel gains by width.
    package static let widestSplit = 8
    /// Weight of one step in the level: a tenth follows a busy neighbour within a second, and no single outlier.
    private static let weight = 0.1
    /// What is believed of the level: a machine that is suspended for a minute must not stop prompts for good.
    private static let levels = 0.5...2.0
    private static let delays = 1.0...16.0

    /// In ascending order of tokens.
    package let points: [Point]
    /// What it costs that a token of a wide step also has its logits computed: a prompt has only its last one's, and of
    /// a small model with a large vocabulary they are a quarter of the work.
    package let secondsPerOutput: Double
    /// Observed over measured, for steps of few tokens and for steps that read prompts: memory bounds the ones and
    /// arithmetic the others, so neighbours slow them differently.
    private var narrowLevel = 1.0
    private var wideLevel = 1.0
    /// Time on the clock over time at work: what neighbours take of the machine. It belongs to what is reported, and
    /// not to the size of chunks: smaller ones would only make prompts dearer, for everybody.
    private var delay = 1.0
    private static let wideFrom = 16

    package init(points: [Point], secondsPerOutput: Double = 0) {
        var points = points.filter { $0.tokens > 0 && $0.seconds.isFinite && $0.seconds >= 0 }
        points.sort { $0.tokens < $1.tokens }
        self.points = points
        self.secondsPerOutput = max(0, secondsPerOutput)
    }

    /// Whether there is anything to go by.
    package var isKnown: Bool { points.contains { $0.seconds > 0 } }

    /// At work, neighbours left out.
    /// - Parameter checked: how many of the tokens are foretold ones, whose logits are all wanted.
    package func seconds(_ tokens: Int, checked: Int = 0) -> Double {
        measured(tokens, checked: checked) * (tokens < Self.wideFrom ? narrowLevel : wideLevel)
    }

    /// Up to eight tokens are measured as streams, with all their logits, and from sixteen on as a prompt.
    private func measured(_ tokens: Int, checked: Int) -> Double {
        let share = Double(min(8, max(0, tokens - 8))) / 8
        return measured(tokens) + secondsPerOutput * share * Double(checked)
    }

    /// On the clock, as things are.
    package func secondsOnClock(_ tokens: Int) -> Double { seconds(tokens) * delay }

    private func measured(_ tokens: Int) -> Double {
        guard tokens > 0, let first = points.first, let last = points.last else { return 0 }
        if tokens <= first.tokens { return first.seconds }
        guard tokens < last.tokens else { return last.seconds * Double(tokens) / Double(last.tokens) }
        for (lower, upper) in zip(points, points.dropFirst()) where tokens <= upper.tokens {
            let share = Double(tokens - lower.tokens) / Double(upper.tokens - lower.tokens)
            return lower.seconds + share * (upper.seconds - lower.seconds)
        }
        return last.seconds
    }

    /// How many prompt tokens may join `decodes` so that the step takes at most `budget` longer than without them.
    package func chunk(within budget: Double, beside decodes: Int, atMost most: Int) -> Int {
        guard isKnown, most > Self.leastChunk else { return most }
        let limit = measured(decodes) * narrowLevel + budget
        var (fits, fails) = (Self.leastChunk, most + 1)
        while fits + 1 < fails {
            let middle = (fits + fails) / 2
            if measured(decodes + middle) * wideLevel <= limit { fits = middle } else { fails = middle }
        }
        return fits
    }

    /// How many of `streams` should decode in one step. All, unless taking them in turns is at least a tenth cheaper.
    package func width(of streams: Int) -> Int {
        guard isKnown, streams > 1, streams <= Self.widestSplit else { return streams }
        var best = (width: streams, seconds: seconds(streams) * 0.9)
        for width in 1..<streams {
            let turns = (streams + width - 1) / width
            let total = Double(turns) * seconds(width)
            if total < best.seconds { best = (width, total) }
        }
        return best.width
    }

    /// On the clock, as things are.
    package var prefillTokensPerSecond: Double {
        let known = points.filter { $0.seconds > 0 }
        let wide = known.filter { $0.tokens >= Self.wideFrom }
        return (wide.isEmpty ? known : wide).map { Double($0.tokens) / ($0.seconds * wideLevel * delay) }.max() ?? 0
    }

    /// A step of so many tokens took so long at work, and so long on the clock.
    package mutating func observe(tokens: Int, checked: Int = 0, seconds: Double, clock: Double? = nil) {
        if let clock, seconds > 0 {
            let ratio = min(Self.delays.upperBound, max(Self.delays.lowerBound, clock / seconds))
            delay += Self.weight * (ratio - delay)
        }
        let expected = measured(tokens, checked: checked)
        guard expected > 0, seconds > 0 else { return }
        let ratio = min(Self.levels.upperBound, max(Self.levels.lowerBound, seconds / expected))
        if tokens < Self.wideFrom {
            narrowLevel += Self.weight * (ratio - narrowLevel)
        } else {
            wideLevel += Self.weight * (ratio - wideLevel)
        }
    }
}
