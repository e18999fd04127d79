// SPDX-License-Identifier: Apache-2.0

import Primitives

/// How fast a server is, learnt from the requests that went through anyway.
///
/// Nobody may load a foreign server for the sake of a measurement. Until the first requests have been answered the
/// figures are the settings' guess; then each request moves them a little.
package struct LearntPace: Hashable, Sendable {
    /// How far one sample moves a figure. About thirty requests make the guess a tenth of itself or less.
    static let weight = 0.1
    /// When the server does not say what it had cached, a fast first token may be a hit and not speed: then figures
    /// rise slowly and fall as they do otherwise.
    static let doubtfulWeight = 0.01
    /// Less is read in one step of the engine, and its time is that of everything around.
    static let leastPromptTokens = 64
    static let leastSteps = 8

    package private(set) var prefillTokensPerSecond: Double
    /// Microseconds of a decode step at batch sizes 1, 2, 4, …; nil where nothing was seen.
    private var steps: [Double?]
    private let assumedStep: Double
    package private(set) var samples = 0

    /// - Parameter widest: the most answers at once.
    package init(assumedPrefill: Double, assumedStep: Duration, widest: Int) {
        prefillTokensPerSecond = max(1, assumedPrefill)
        self.assumedStep = Double(assumedStep.nanoseconds) / 1_000
        steps = [Double?](repeating: nil, count: Self.place(of: max(1, widest)) + 1)
    }

    /// The smallest power of two that is not below the width, as an exponent.
    private static func place(of width: Int) -> Int {
        width <= 1 ? 0 : Int.bitWidth - (width - 1).leadingZeroBitCount
    }

    /// One answer's first token came.
    /// - Parameters:
    ///   - prompt: tokens of the prompt.
    ///   - cached: of these, what the server had cached; nil when it does not say.
    ///   - others: prompts of ours that the server read at the same time: they share its time.
    package mutating func firstToken(prompt: Int, cached: Int?, after time: Duration, others: Int) {
        let read = prompt - (cached ?? 0)
        guard read >= Self.leastPromptTokens, time > .zero else { return }
        let rate = Double(read) * Double(max(1, others + 1)) / time.inSeconds
        let isDoubtful = cached == nil && rate > prefillTokensPerSecond
        let weight = isDoubtful ? Self.doubtfulWeight : Self.weight
        prefillTokensPerSecond += (rate - prefillTokensPerSecond) * weight
        samples += 1
    }

    /// One answer has ended.
    /// - Parameter width: how many answers of ours were in the making beside it, itself counted.
    package mutating func decoded(_ tokens: Int, in time: Duration, width: Int) {
        guard tokens >= Self.leastSteps, time > .zero else { return }
        let step = Double(time.nanoseconds) / 1_000 / Double(tokens)
        let place = min(Self.place(of: max(1, width)), steps.count - 1)
        steps[place] = steps[place].map { $0 + (step - $0) * Self.weight } ?? step
    }

    /// Every width's time: what was seen, else what was seen of the next narrower one, else of the next wider one.
    package var stepByBatch: [Duration] {
        var last = steps.lazy.compactMap { $0 }.first ?? assumedStep
        return steps.map { step in
            last = step ?? last
            return .nanoseconds(Int64(last * 1_000))
        }
    }
}
