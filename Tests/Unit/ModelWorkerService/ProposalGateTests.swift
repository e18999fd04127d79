// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Testing

/// When a draft model is asked, and that asking can never cost more than it is allowed to.
struct ProposalGateTests {
    /// A model whose steps are bound by its weights, and one of a tenth of it.
    private let cost = StepCost(points: [
        .init(tokens: 1, seconds: 0.040), .init(tokens: 8, seconds: 0.048), .init(tokens: 64, seconds: 0.120),
    ])
    private let draft = StepCost(points: [
        .init(tokens: 1, seconds: 0.004), .init(tokens: 8, seconds: 0.005), .init(tokens: 64, seconds: 0.012),
    ])

    private func step(_ decodes: Int = 1, budget: Double = .infinity) -> DraftGate.Step {
        DraftGate.Step(decodes: decodes, width: decodes, budget: budget)
    }

    private func candidate(
        _ item: Int = 0, mean: Double, deviation: Double = 0.02, reads: Int = 2, remaining: Int = 100
    ) -> ProposalGate.Candidate {
        ProposalGate.Candidate(
            item: item, most: 16, reads: reads, remaining: remaining, mean: mean, deviation: deviation)
    }

    @Test func aGoodPairIsAskedForMoreThanAMiddlingOneAndAPoorOneNot() throws {
        let gate = ProposalGate(cost: draft)
        let good = try #require(gate.choose([candidate(mean: 0.95)], in: step(), cost: cost))
        let middling = try #require(gate.choose([candidate(mean: 0.7)], in: step(), cost: cost))
        #expect(good.count > middling.count)
        #expect(gate.choose([candidate(mean: 0.1)], in: step(), cost: cost) == nil)
    }

    /// The same acceptance pays or does not, by what the draft model costs.
    @Test func whatProposingCostsIsCountedIn() {
        let slow = StepCost(points: draft.points.map { .init(tokens: $0.tokens, seconds: $0.seconds * 10) })
        #expect(ProposalGate(cost: draft).choose([candidate(mean: 0.8)], in: step(), cost: cost) != nil)
        #expect(ProposalGate(cost: slow).choose([candidate(mean: 0.99)], in: step(), cost: cost) == nil)
        #expect(ProposalGate(cost: StepCost(points: [])).choose([candidate(mean: 1)], in: step(), cost: cost) == nil)
    }

    @Test func littleEvidenceIsLookedInto() {
        let gate = ProposalGate(cost: draft)
        #expect(gate.choose([candidate(mean: 0.1, deviation: 0.01)], in: step(), cost: cost) == nil)
        #expect(gate.choose([candidate(mean: 0.3, deviation: 0.3)], in: step(), cost: cost) != nil)
    }

    @Test func aGapIsReadWhereEnoughIsToComeToPayForIt() {
        let gate = ProposalGate(cost: draft)
        func isAsked(reads: Int, remaining: Int) -> Bool {
            gate.choose([candidate(mean: 0.5, reads: reads, remaining: remaining)], in: step(), cost: cost) != nil
        }
        #expect(isAsked(reads: 256, remaining: 200))
        #expect(!isAsked(reads: 256, remaining: 4))
        #expect(isAsked(reads: 2, remaining: 4))
        // Beyond what the account holds, whatever is to come.
        #expect(!isAsked(reads: 8_000, remaining: 100_000))
    }

    @Test func manyAreAskedInOneBatch() throws {
        let gate = ProposalGate(cost: draft)
        let candidates = (0..<4).map { candidate($0, mean: 0.9) } + [candidate(4, mean: 0.02)]
        let choice = try #require(gate.choose(candidates, in: step(5), cost: cost))
        #expect(choice.candidates.map(\.item).sorted() == [0, 1, 2, 3])
    }

    @Test func neighboursWaitNoLongerThanTheBudget() {
        let gate = ProposalGate(cost: draft)
        #expect(gate.choose([candidate(mean: 0.95)], in: step(4, budget: 0.001), cost: cost) == nil)
        for budget in [0.01, 0.02, 0.05] {
            guard let choice = gate.choose([candidate(mean: 0.95)], in: step(4, budget: budget), cost: cost) else {
                continue
            }
            let asking = draft.seconds(2) + Double(choice.count - 1) * draft.seconds(1)
            #expect(asking + cost.seconds(4 + choice.count) - cost.seconds(4) <= budget)
        }
    }

    /// Goal: a pair that is always wrong costs the grant and the allowance, and is looked at again, seldom.
    /// Method: the rates are told the truth, as the planner tells them; every asking is lost.
    @Test func aPoorPairCostsAHundredthAndIsLookedAtAgain() {
        var gate = ProposalGate(cost: draft)
        var (lost, asked, last) = (0.0, 0, 0)
        let steps = 20_000
        for at in 0..<steps {
            let chance = ProposalRates().chance(prior: gate.overallRates)
            let candidate = candidate(mean: chance.mean, deviation: chance.deviation)
            let choice = gate.choose([candidate], in: step(), cost: cost)
            if let choice {
                let seconds = draft.seconds(2) + Double(choice.count - 1) * draft.seconds(1)
                gate.note(.init(probability: 0.99, isRight: false))
                gate.settle(hasAsked: true, gained: 0, lost: seconds / cost.seconds(1))
                lost += seconds / cost.seconds(1)
                asked += 1
                last = at
            } else {
                gate.settle(hasAsked: false, gained: 0, lost: 0)
            }
        }
        #expect(lost < 16 + 0.005 * Double(steps))
        #expect(lost / Double(steps) < 0.005 && asked < 400, "\(asked) times, \(lost) steps")
        #expect(asked > 5 && last > 5_000, "and it is looked at again")
    }
}
