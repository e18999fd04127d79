// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Testing

struct StepCostTests {
    /// SmolLM2 at 8 bits on one core: two streams in one step take three times as long as one.
    private let measured = StepCost(points: [
        .init(tokens: 1, seconds: 0.009), .init(tokens: 2, seconds: 0.026), .init(tokens: 4, seconds: 0.034),
        .init(tokens: 8, seconds: 0.050), .init(tokens: 16, seconds: 0.081), .init(tokens: 128, seconds: 0.366),
    ])

    @Test func twoStreamsTakeTurnsWhereThatIsCheaper() {
        #expect(measured.width(of: 1) == 1)
        #expect(measured.width(of: 2) == 1)
        #expect(measured.width(of: 4) == 4 && measured.width(of: 8) == 8 && measured.width(of: 30) == 30)
        let flat = StepCost(points: [.init(tokens: 1, seconds: 0.02), .init(tokens: 16, seconds: 0.02)])
        #expect((1...16).allSatisfy { flat.width(of: $0) == $0 })
        #expect(StepCost(points: []).width(of: 2) == 2, "nothing is decided by what is not known")
    }

    @Test func aChunkLengthensTheStepByTheBudgetAndNoMore() {
        for decodes in [1, 4, 8] {
            let chunk = measured.chunk(within: 0.1, beside: decodes, atMost: 512)
            let longer = { measured.seconds(decodes + $0) - measured.seconds(decodes) }
            #expect(longer(chunk) <= 0.1 && longer(chunk + 1) > 0.1, "\(decodes) decode, \(chunk) are read")
        }
        #expect(measured.chunk(within: 0, beside: 8, atMost: 512) == StepCost.leastChunk)
        #expect(measured.chunk(within: 10, beside: 8, atMost: 100) == 100)
        #expect(measured.chunk(within: 0.1, beside: 1, atMost: 3) == 3)
    }

    @Test func whatIsSeenMovesTheLevel() {
        var slowed = measured
        for _ in 0..<100 { slowed.observe(tokens: 128, seconds: 0.732) }
        #expect(slowed.prefillTokensPerSecond < 0.55 * measured.prefillTokensPerSecond)
        #expect(slowed.seconds(4) == measured.seconds(4), "steps of few tokens have a level of their own")
        #expect(
            slowed.chunk(within: 0.1, beside: 1, atMost: 512) < measured.chunk(within: 0.1, beside: 1, atMost: 512))
        var stopped = measured
        for _ in 0..<100 { stopped.observe(tokens: 128, seconds: 3_600) }
        for _ in 0..<100 { stopped.observe(tokens: 128, seconds: 0.366) }
        #expect(abs(stopped.seconds(128) - 0.366) < 0.01, "an hour's pause is forgotten")
    }
}
