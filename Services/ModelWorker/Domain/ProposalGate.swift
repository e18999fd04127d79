// SPDX-License-Identifier: Apache-2.0

/// Decides which answers a draft model is asked about, and sees to it that asking never costs more than it brings.
///
/// As `DraftGate` it judges in time, and what asking costs is counted in: the draft model's steps, and what it must
/// read first. Its acceptance cannot be learnt for nothing, since nothing is foretold until it is asked. So there are
/// two judgements: the *careful* one, by what the model is good for at least, and where that says no, the *hopeful*
/// one, by what it may be good for at most. The latter pays for looking, and ends as soon as enough has been seen;
/// what was seen fades, so it looks again, seldom. An account bounds both: half a hundredth of every step is its
/// allowance.
package struct ProposalGate: Sendable {
    /// Tokens proposed at once: a chain of guesses is seldom longer.
    package static let mostAsked = 16
    /// The same where it is only to be seen what it is good for: one wrong token ends a chain, whatever it cost.
    private static let mostLooked = 4
    /// In plain steps, as `DraftGate` has them.
    private static let grant = 16.0
    static let allowance = 0.005
    private static let most = 64.0
    private static let margin = 1.15
    /// Of what was seen, with every step that does not ask: half of it in 3,500 steps.
    private static let fading = 0.0002
    /// Places seen of all answers.
    private static let memory = 256.0
    /// Tokens to read that belong to asking in every step; more is a gap.
    private static let usualReads = 2
    private static let weight = 0.1
    private static let levels = 0.5...4.0

    /// An answer that may be asked about.
    package struct Candidate: Hashable, Sendable {
        /// Index of its item in the plan.
        package var item: Int
        /// Tokens it may be asked for.
        package var most: Int
        /// Tokens the draft model must read before.
        package var reads: Int
        /// Tokens the answer may still have: over those, reading them must pay.
        package var remaining: Int
        package var mean: Double
        package var deviation: Double

        package init(item: Int, most: Int, reads: Int, remaining: Int, mean: Double, deviation: Double) {
            self.item = item
            self.most = most
            self.reads = reads
            self.remaining = remaining
            self.mean = mean
            self.deviation = deviation
        }

        func chance(_ hope: Double) -> Double { min(0.99, max(0, mean + hope * deviation)) }
    }

    package struct Choice: Hashable, Sendable {
        package var candidates: [Candidate]
        /// Tokens each is asked for, fewer where fewer fit.
        package var count: Int
    }

    /// What one answer may lose, in plain steps. It starts with something, because a record cannot be had for nothing,
    /// and what it lost comes back as slowly as the worker's.
    package struct Trust: Sendable {
        private static let grant = 4.0
        private static let most = 24.0
        private(set) var steps = Trust.grant
        package var isSpent: Bool { steps <= 0 }
        package init() {}
        package mutating func settle(_ gained: Double) { steps = max(-Self.most, min(Self.most, steps + gained)) }
        package mutating func rest() { if steps < Self.grant { steps += ProposalGate.allowance } }
    }

    package private(set) var account = ProposalGate.grant
    package private(set) var overallRates = ProposalRates(memory: ProposalGate.memory)
    /// What the draft model's steps cost, as measured at start; `level` is what they took since over that.
    let cost: StepCost
    private var level = 1.0

    package init(cost: StepCost) { self.cost = cost }

    /// At work.
    func seconds(_ tokens: Int) -> Double { cost.seconds(tokens) * level }

    // MARK: Whom to ask

    /// The answers and the length that should bring most, over what they cost; nil when none brings more.
    /// - Parameter cost: of the model's own steps.
    package func choose(_ candidates: [Candidate], in step: DraftGate.Step, cost: StepCost) -> Choice? {
        guard !candidates.isEmpty, self.cost.isKnown else { return nil }
        return best(candidates, hope: -1, in: step, cost: cost) ?? best(candidates, hope: 1, in: step, cost: cost)
    }

    private func best(
        _ candidates: [Candidate], hope: Double, in step: DraftGate.Step, cost: StepCost
    ) -> Choice? {
        let sorted = candidates.sorted { ($1.chance(hope), $0.item) < ($0.chance(hope), $1.item) }
        let plain = cost.seconds(step.decodes)
        guard plain > 0 else { return nil }
        let before = cost.seconds(step.width, checked: step.width - step.decodes)
        let budget = step.budget - max(0, before - plain)
        var best: (choice: Choice, profit: Double)?
        // One, two, four and so on, and all: who is surest goes first, and a few more or less change little.
        var asked = 0
        while asked < sorted.count {
            asked = min(sorted.count, max(1, asked * 2))
            let chosen = sorted[..<asked]
            let reading = Reading(chosen, hope: hope, self)
            for count in 1...(hope < 0 ? Self.mostAsked : Self.mostLooked) {
                let (width, expected) = Self.expectation(of: chosen, count: count, hope: hope)
                let wide = step.width + width
                let verifying = max(0, cost.seconds(wide, checked: wide - step.decodes) - before)
                let extra = verifying + reading.usual + Double(count - 1) * seconds(asked)
                let whole = extra + reading.once
                guard whole <= budget, whole / plain <= account else { break }
                let profit =
                    expected * plain / Double(step.decodes) - Self.margin * (extra + reading.oncePerStep)
                if profit > best?.profit ?? 0 {
                    best = (Choice(candidates: Array(chosen), count: count), profit)
                }
            }
        }
        return best?.choice
    }

    /// Tokens in the step, and those that should come.
    private static func expectation(
        of chosen: ArraySlice<Candidate>, count: Int, hope: Double
    ) -> (width: Int, expected: Double) {
        chosen.reduce(into: (0, 0.0)) { sum, candidate in
            let count = min(count, candidate.most)
            let chance = candidate.chance(hope)
            sum.0 += count
            // A geometric series without its first term.
            sum.1 += chance * (1 - Self.power(chance, count)) / (1 - chance)
        }
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { product, _ in product * base }
    }

    /// What the draft model's first step of an asking costs.
    private struct Reading {
        /// In every step that asks.
        var usual: Double
        /// For what has not been read yet.
        var once = 0.0
        /// The same over the steps that are to come.
        var oncePerStep = 0.0

        init(_ chosen: ArraySlice<Candidate>, hope: Double, _ gate: ProposalGate) {
            let reads = chosen.reduce(0) { $0 + $1.reads }
            usual = gate.seconds(chosen.reduce(0) { $0 + min(ProposalGate.usualReads, $1.reads) })
            once = max(0, gate.seconds(reads) - usual)
            guard once > 0 else { return }
            for candidate in chosen {
                let chance = candidate.chance(hope)
                let steps = max(1, Double(candidate.remaining) * (1 - chance))
                oncePerStep += once * Double(candidate.reads) / Double(reads) / steps
            }
        }
    }

    // MARK: What came of it

    package mutating func note(_ outcome: DraftView.Outcome) { overallRates.note(outcome) }

    /// - Parameters:
    ///   - gained: tokens that came beyond one for each stream, in plain steps.
    ///   - lost: what proposing and checking took, in the same.
    package mutating func settle(hasAsked: Bool, gained: Double, lost: Double) {
        if !hasAsked { overallRates.fade(by: Self.fading) }
        // The allowance is not laid by, or a busy hour's worth of it would be lost at once some day.
        let allowed = account < Self.grant ? Self.allowance : 0
        account = min(Self.most, max(-Self.most, account + allowed + gained - lost))
    }

    /// What the draft model's steps took, and what they should have.
    package mutating func observe(seconds: Double, expected: Double) {
        guard seconds > 0, expected > 0 else { return }
        let ratio = min(Self.levels.upperBound, max(Self.levels.lowerBound, seconds / expected))
        level += Self.weight * (ratio - level)
    }
}
