// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Testing

/// When checking ahead is tried, and that it can never cost more than it is allowed to.
struct DraftGateTests {
    /// SmolLM2 at 8 bits on one core.
    private let cost = StepCost(
        points: [
            .init(tokens: 1, seconds: 0.009), .init(tokens: 2, seconds: 0.026), .init(tokens: 4, seconds: 0.034),
            .init(tokens: 8, seconds: 0.050), .init(tokens: 16, seconds: 0.081), .init(tokens: 128, seconds: 0.366),
        ], secondsPerOutput: 0.0007)

    private func step(_ decodes: Int, budget: Double = .infinity) -> DraftGate.Step {
        DraftGate.Step(decodes: decodes, width: decodes, budget: budget)
    }

    private func rates(right: Int, wrong: Int, after matched: Int = 20) -> FollowRates {
        var rates = FollowRates()
        for _ in 0..<right { rates.note(.init(matched: matched, isRight: true)) }
        for _ in 0..<wrong { rates.note(.init(matched: matched, isRight: false)) }
        return rates
    }

    /// As an answer that has quoted for a while.
    private var earned: DraftGate.Trust {
        var trust = DraftGate.Trust()
        for _ in 0..<60 { trust.note(.init(matched: 20, isRight: true)) }
        return trust
    }

    @Test func anAnswerMustEarnWhatItMayLose() {
        let sure = rates(right: 60, wrong: 0)
        var trust = DraftGate.Trust()
        func length() -> Int {
            DraftGate().length(after: 20, own: sure, trust: trust, in: step(1), cost: cost, atMost: 31)
        }
        #expect(length() == 0)
        for _ in 0..<60 { trust.note(.init(matched: 20, isRight: true)) }
        #expect(length() > 0)
        for _ in 0..<20 { trust.note(.init(matched: 20, isRight: false)) }
        #expect(length() == 0)
        trust.settle(30)
        #expect(length() > 0)
    }

    @Test func aQuotationIsCheckedFarAhead() {
        let length = DraftGate().length(
            after: 20, own: rates(right: 60, wrong: 0), trust: earned, in: step(1), cost: cost, atMost: 31)
        #expect(length > 16 && (1 + length) % 4 == 0)
    }

    @Test func aGuessIsNotTried() {
        let gate = DraftGate()
        #expect(gate.length(after: 3, own: FollowRates(), trust: earned, in: step(1), cost: cost, atMost: 31) == 0)
        #expect(
            gate.length(after: 20, own: rates(right: 30, wrong: 10), trust: earned, in: step(1), cost: cost, atMost: 31)
                == 0)
        let unknown = StepCost(points: [])
        #expect(
            gate.length(
                after: 20, own: rates(right: 60, wrong: 0), trust: earned, in: step(1), cost: unknown, atMost: 31) == 0)
    }

    @Test func whereWidthIsCheapLessIsEnough() {
        let flat = StepCost(points: [.init(tokens: 1, seconds: 0.02), .init(tokens: 64, seconds: 0.022)])
        #expect(
            DraftGate().length(after: 3, own: FollowRates(), trust: earned, in: step(1), cost: flat, atMost: 31) > 0)
    }

    @Test func neighboursWaitNoLongerThanTheBudget() {
        let sure = rates(right: 60, wrong: 0)
        for budget in [0.01, 0.03, 0.1] {
            let length = DraftGate().length(
                after: 20, own: sure, trust: earned, in: step(8, budget: budget), cost: cost, atMost: 63)
            let longer = cost.seconds(8 + length, checked: length) - cost.seconds(8)
            #expect(longer <= budget, "\(length) tokens at \(budget)")
        }
        #expect(
            DraftGate().length(after: 20, own: sure, trust: earned, in: step(8, budget: 0.1), cost: cost, atMost: 63)
                > 0)
    }

    /// Goal: an answer that always looks like a quotation and never is one costs the grant and the allowance.
    /// Method: whatever the gate lets through is wrong, and its rates are told otherwise: the worst liar there can be.
    @Test func whoeverDeceivesIsBelievedForAHundredthOfTheTime() {
        var gate = DraftGate()
        let liar = rates(right: 60, wrong: 0)
        var (plain, taken, tried) = (0.0, 0.0, 0)
        for _ in 0..<4_000 {
            let length = gate.length(after: 20, own: liar, trust: earned, in: step(1), cost: cost, atMost: 31)
            let seconds = cost.seconds(1 + length, checked: length)
            plain += cost.seconds(1)
            taken += seconds
            tried += length > 0 ? 1 : 0
            gate.settle(decodes: 1, drafted: length, accepted: 0, plain: cost.seconds(1), seconds: seconds)
        }
        #expect(taken / plain < 1.015, "grant and allowance are all that is lost")
        #expect(tried > 1, "and it is tried again")
    }

    @Test func whatIsGainedIsLaidBy() {
        var gate = DraftGate()
        let sure = rates(right: 60, wrong: 0)
        for _ in 0..<40 {
            gate.settle(decodes: 1, drafted: 31, accepted: 0, plain: 0.009, seconds: 0.135)
        }
        #expect(gate.length(after: 20, own: sure, trust: earned, in: step(1), cost: cost, atMost: 31) == 0)
        for _ in 0..<10 {
            gate.settle(decodes: 1, drafted: 31, accepted: 31, plain: 0.009, seconds: 0.135)
        }
        #expect(gate.length(after: 20, own: sure, trust: earned, in: step(1), cost: cost, atMost: 31) > 0)
    }
}
