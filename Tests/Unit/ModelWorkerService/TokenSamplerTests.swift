// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import TestKit
import Testing

struct TokenSamplerTests {
    private let sampler = TokenSampler()

    private func choose(_ logits: [Float], _ settings: SamplingSettings, position: Int = 0) -> TokenID {
        logits.withUnsafeBufferPointer { sampler.choose(from: $0, settings, position: position) }
    }

    private func settings(
        temperature: Float = 1, topP: Float = 1, topK: Int = 0, seed: UInt64 = 7
    ) -> SamplingSettings {
        SamplingSettings(temperature: temperature, topP: topP, topK: topK, seed: seed)
    }

    /// How often each of a few tokens is drawn at positions 0..<count.
    private func shares(_ logits: [Float], _ settings: SamplingSettings, count: Int = 20_000) -> [Double] {
        var counts = [Int](repeating: 0, count: logits.count)
        for position in 0..<count { counts[Int(choose(logits, settings, position: position))] += 1 }
        return counts.map { Double($0) / Double(count) }
    }

    @Test func zeroTemperatureTakesTheFirstOfTheLikeliest() {
        #expect(choose([0, 3, 3, 1], settings(temperature: 0)) == 1)
        #expect(choose([0, 3, 3, 1], settings(topK: 1)) == 1)
    }

    @Test func theDrawDependsOnSeedAndPositionAlone() {
        let logits = (0..<1_000).map { Float($0 % 17) / 4 }
        let first = (0..<50).map { choose(logits, settings(), position: $0) }
        let again = (0..<50).reversed().map { choose(logits, settings(), position: $0) }.reversed()
        #expect(first == Array(again))
        #expect(first != (0..<50).map { choose(logits, settings(seed: 8), position: $0) })
    }

    @Test func sharesFollowTheDistribution() {
        // Probabilities 0.1, 0.2, 0.7 as logits.
        let logits: [Float] = [-2.302585, -1.609438, -0.356675]
        let found = shares(logits, settings())
        for (found, wanted) in zip(found, [0.1, 0.2, 0.7]) { #expect(abs(found - wanted) < 0.015) }
        // Temperature 0.5 squares them: 0.01, 0.04, 0.49 of 0.54.
        let cold = shares(logits, settings(temperature: 0.5))
        for (found, wanted) in zip(cold, [0.0185, 0.0741, 0.9074]) { #expect(abs(found - wanted) < 0.015) }
    }

    @Test func topKAndTopPCutTheTail() {
        let logits: [Float] = [-2.302585, -1.609438, -0.356675]
        #expect(shares(logits, settings(topK: 2))[0] == 0)
        let nucleus = shares(logits, settings(topP: 0.8))
        #expect(nucleus[0] == 0 && abs(nucleus[2] - 0.7778) < 0.015)
        #expect(shares(logits, settings(topP: 0.5))[2] == 1)
        #expect(shares(logits, settings(topP: 0))[2] == 1)
    }

    /// Goal: a nucleus wider than the first guesses is found all the same.
    @Test func aFlatDistributionIsCutExactly() {
        let logits = [Float](repeating: 1, count: 10_000)
        let drawn = (0..<2_000).map { choose(logits, settings(topP: 0.5), position: $0) }
        #expect(drawn.allSatisfy { $0 < 5_000 })
        #expect((drawn.max() ?? 0) > 4_900)
    }

    @Test func chanceIsUniform() {
        let random = CounterRandom(seed: 3)
        let units = (0..<20_000 as Range<UInt64>).map { random.unit(at: $0) }
        #expect(units.allSatisfy { (0..<1).contains($0) })
        #expect(abs(units.reduce(0, +) / 20_000 - 0.5) < 0.01)
        #expect(Set(units).count == units.count)
    }
}
