// SPDX-License-Identifier: Apache-2.0

/// Decides how many foretold tokens are worth checking in a step, and sees to it that checking never costs more than it
/// brings.
///
/// Two judgements, both in time. The *expectation*: the tokens that should come, each worth its share of a step, must
/// be worth more than what the wider step costs. The *account*: what was gained is put in, what was lost is taken out,
/// with one per cent of every other step as an allowance; a draft whose whole cost the account does not hold is not
/// tried. So texts that keep deceiving the expectation cost a hundredth and the first grant, whatever they are, and the
/// allowance is also what tries again later. Each answer has an account of its own beside the one of all (`Trust`), or
/// one that does not quote would spend what those before it gained.
package struct DraftGate: Sendable {
    /// In plain steps: one for all decoding streams, nothing foretold.
    private static let grant = 16.0
    static let allowance = 0.01
    /// What good times can lay by for bad ones.
    private static let most = 32.0
    /// By how much a draft must be expected to bring more than it costs.
    private static let margin = 1.15
    /// Tokens by which lengths are tried: the kernels of a CPU compute four columns at a time.
    private static let stride = 4

    /// What every step puts into the account.
    var allowance: Double
    private(set) var account = DraftGate.grant
    private(set) var overall = FollowRates()

    package init() { allowance = Self.allowance }

    /// What one answer may lose, in plain steps. Where nothing is checked ahead it is earned on paper, by tokens that
    /// came as foretold.
    package struct Trust: Sendable {
        private static let grant = 1.0
        private static let most = 24.0
        private static let rightOnPaper = 0.5
        private static let wrongOnPaper = -1.0

        private(set) var steps = Trust.grant
        /// A draft is in the step under way, so the step tells and not the paper.
        var isAtStake = false

        package init() {}

        package mutating func note(_ outcome: PromptLookup.Outcome) {
            if !isAtStake { change(outcome.isRight ? Self.rightOnPaper : Self.wrongOnPaper) }
        }

        package mutating func settle(_ gained: Double) {
            isAtStake = false
            change(gained)
        }

        private mutating func change(_ steps: Double) { self.steps = min(Self.most, max(0, self.steps + steps)) }
    }

    /// The step a draft would join.
    package struct Step {
        /// Streams that get a token in it anyway.
        package var decodes: Int
        /// Tokens in it so far, other streams' drafts counted in.
        package var width: Int
        /// How much longer it may take, in seconds, than without any drafts.
        package var budget: Double

        package init(decodes: Int, width: Int, budget: Double) {
            self.decodes = decodes
            self.width = width
            self.budget = budget
        }
    }

    /// How many tokens to check.
    /// - Parameters:
    ///   - matched: how long the text has been equal to its source.
    ///   - own: what became of this answer's foretold tokens so far.
    ///   - trust: what it may lose.
    ///   - most: no more than this.
    package func length(
        after matched: Int, own: FollowRates, trust: Trust, in step: Step, cost: StepCost, atMost most: Int
    ) -> Int {
        Self.length(in: step, cost: cost, atMost: most, account: account, trust: trust.steps) {
            own.chance(after: matched + $0, prior: overall)
        }
    }

    /// The same of any foretold tokens.
    /// - Parameter chance: of each, by its index, if those before it came.
    static func length(
        in step: Step, cost: StepCost, atMost most: Int, account: Double, trust: Double, chance of: (Int) -> Double
    ) -> Int {
        let plain = cost.seconds(step.decodes)
        guard most > 0, plain > 0 else { return 0 }
        let drafted = step.width - step.decodes
        let before = cost.seconds(step.width, checked: drafted)
        var (best, gained) = (0, 0.0)
        var (chance, expected) = (1.0, 0.0)
        for count in 1...most {
            chance *= of(count - 1)
            expected += chance
            guard (step.width + count) % Self.stride == 0 || count == most else { continue }
            let whole = cost.seconds(step.width + count, checked: drafted + count)
            let extra = max(0, whole - before)
            guard whole - plain <= step.budget, (whole - plain) / plain <= account, extra / plain <= trust
            else { break }
            let gain = expected * plain / Double(step.decodes) - extra * Self.margin
            if gain > gained { (best, gained) = (count, gain) }
        }
        return best
    }

    /// What became of a token that was foretold, checked ahead or not.
    package mutating func note(_ outcome: PromptLookup.Outcome) { overall.note(outcome) }

    /// A step that only decoded is over.
    /// - Parameters:
    ///   - plain: what it would have taken without drafts, in seconds.
    ///   - seconds: what it took.
    ///   - accepted: tokens it brought beyond one for each stream.
    package mutating func settle(decodes: Int, drafted: Int, accepted: Int, plain: Double, seconds: Double) {
        guard decodes > 0, plain > 0 else { return }
        var change = allowance
        if drafted > 0 { change += Double(accepted) / Double(decodes) - max(0, seconds - plain) / plain }
        account = min(Self.most, max(-Self.most, account + change))
    }
}
