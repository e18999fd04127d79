// SPDX-License-Identifier: Apache-2.0

/// How often a draft model's proposals come, in all and by how sure it was.
///
/// Learnt from every proposal, checked ahead or not: one that is not is compared with what comes.
package struct ProposalRates: Hashable, Sendable {
    /// Where nothing has been seen yet: greedy proposals of a smaller model of one family.
    private static let assumed = 0.7
    private static let assumedBySureness = SIMD4(0.35, 0.5, 0.7, 0.93)
    /// Where a class of sureness begins. What is below them all is not proposed.
    private static let sureness = SIMD4<Float>(0.15, 0.35, 0.6, 0.85)
    /// A token that comes less often is not worth a step of the draft model.
    private static let leastChance = 0.4
    /// How many places these assumptions count for, and how many at most what other answers showed.
    private static let weight = 6.0
    private static let most = 32.0

    /// Beyond so many, the past counts half.
    private let memory: Double
    private var asked = 0.0
    private var came = 0.0
    private var told = SIMD4<Double>.zero
    private var right = SIMD4<Double>.zero

    /// - Parameter memory: short for one answer, long for all.
    package init(memory: Double = 64) { self.memory = memory }

    package mutating func note(_ outcome: DraftView.Outcome) {
        asked += 1
        if outcome.isRight { came += 1 }
        if asked > memory { (asked, came) = (asked / 2, came / 2) }
        guard let probability = outcome.probability else { return }
        let kind = Self.kind(probability)
        told[kind] += 1
        if outcome.isRight { right[kind] += 1 }
        guard told[kind] > memory else { return }
        told[kind] /= 2
        right[kind] /= 2
    }

    /// What was seen long ago tells little of now: so a model that was poor is looked at again some day.
    package mutating func fade(by share: Double) {
        let kept = 1 - share
        (asked, came, told, right) = (asked * kept, came * kept, told * kept, right * kept)
    }

    /// The chance that a place asked about is filled by what comes, with how far it may be off: one standard deviation.
    package func chance(prior: ProposalRates) -> (mean: Double, deviation: Double) {
        let before = (prior.came + Self.weight * Self.assumed) / (prior.asked + Self.weight)
        let mean = (came + Self.weight * before) / (asked + Self.weight)
        let seen = asked + min(Self.most, prior.asked) + Self.weight
        return (mean, (mean * (1 - mean) / seen).squareRoot())
    }

    /// The chance of a token that was proposed with this probability, as far as it may be relied on.
    package func chance(at probability: Float, prior: ProposalRates) -> Double {
        let (mean, deviation) = chance(of: Self.kind(probability), prior)
        return max(0, mean - deviation)
    }

    /// How sure the draft model must be of a token for it to be proposed: as sure as it may be right often enough.
    package func floor(prior: ProposalRates) -> Float {
        for kind in 0..<3 {
            let (mean, deviation) = chance(of: kind, prior)
            if mean + deviation >= Self.leastChance { return Self.sureness[kind] }
        }
        return Self.sureness[3]
    }

    private func chance(of kind: Int, _ prior: ProposalRates) -> (mean: Double, deviation: Double) {
        let before =
            (prior.right[kind] + Self.weight * Self.assumedBySureness[kind]) / (prior.told[kind] + Self.weight)
        let mean = (right[kind] + Self.weight * before) / (told[kind] + Self.weight)
        let seen = told[kind] + min(Self.most, prior.told[kind]) + Self.weight
        return (mean, (mean * (1 - mean) / seen).squareRoot())
    }

    private static func kind(_ probability: Float) -> Int {
        (1..<4).last { probability >= sureness[$0] } ?? 0
    }
}
