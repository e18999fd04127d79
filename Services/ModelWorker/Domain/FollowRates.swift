// SPDX-License-Identifier: Apache-2.0

/// How often foretold tokens came, by how long the text had been equal to its source before them.
///
/// It is measured whether or not anything is speculated on: what is foretold is compared with what comes anyway, so
/// knowing when it pays costs no step.
package struct FollowRates: Hashable, Sendable {
    /// Beyond so many, the past counts half: what an answer does now tells more.
    private static let memory = 64.0
    /// Where nothing has been seen yet: three equal tokens say little, twenty nearly all.
    private static let assumed = SIMD4(0.5, 0.7, 0.85, 0.95)

    /// How many tokens of this answer what was known before counts for.
    private static let weight = 6.0

    private var right = SIMD4<Double>.zero
    private var told = SIMD4<Double>.zero

    package init() {}

    package mutating func note(_ outcome: PromptLookup.Outcome) {
        let kind = Self.kind(outcome.matched)
        told[kind] += 1
        if outcome.isRight { right[kind] += 1 }
        guard told[kind] > Self.memory else { return }
        told[kind] /= 2
        right[kind] /= 2
    }

    /// The chance of the next token after so many equal ones, as far as it may be relied on: one standard deviation
    /// below what was seen, so that little evidence counts for little.
    /// - Parameter prior: what all answers did, to go by where this one has shown little.
    package func chance(after matched: Int, prior: FollowRates) -> Double {
        let kind = Self.kind(matched)
        let before = (prior.right[kind] + Self.weight * Self.assumed[kind]) / (prior.told[kind] + Self.weight)
        let weight = told[kind] + Self.weight
        let mean = (right[kind] + Self.weight * before) / weight
        return max(0, mean - (mean * (1 - mean) / weight).squareRoot())
    }

    private static func kind(_ matched: Int) -> Int { matched < 5 ? 0 : matched < 9 ? 1 : matched < 17 ? 2 : 3 }
}
