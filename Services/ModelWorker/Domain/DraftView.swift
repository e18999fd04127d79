// SPDX-License-Identifier: Apache-2.0

/// What a draft model is asked for one answer.
package struct DraftAsk: Hashable, Sendable {
    /// Index in the answer's feed of the first token of the draft model's sequence.
    package var begin: Int
    /// How many tokens of that sequence are the text's; what it holds beyond them is to be taken away.
    package var kept: Int
    /// So many tokens at most, each the likeliest after the ones before.
    package var count: Int
    /// How sure it must be of a token to propose it.
    package var floor: Float
    /// Tokens it fed itself to answer, known once it has.
    package var fed = 0

    package init(begin: Int, kept: Int, count: Int, floor: Float = 0.5) {
        self.begin = begin
        self.kept = kept
        self.count = count
        self.floor = floor
    }

    /// Index in the feed of the first token to read.
    package var from: Int { begin + kept }
}

/// What it answers.
package struct DraftProposal: Hashable, Sendable {
    /// Index of the item in its plan.
    package var item: Int
    package var tokens: [TokenID] = []
    /// How sure it was of each.
    package var probabilities: [Float] = []
    /// How many of the tokens it has in its cache: all but the last, unless it was asked for what follows that.
    package var computed = 0

    package init(item: Int) { self.item = item }

    package mutating func append(_ token: TokenID, probability: Float) {
        tokens.append(token)
        probabilities.append(probability)
    }
}

/// What a draft model has read of one answer, and what it proposed last.
///
/// It sees a window: its sequence begins at some token of the text and grows until the window is full, then it begins
/// anew with the last half. So its cache and what catching up costs are bounded, whatever a prompt's length, and over
/// a long answer beginning anew adds one token read for each token written, in wide steps.
package struct DraftView: Hashable, Sendable {
    /// What became of a place that a proposal was to fill.
    package struct Outcome: Hashable, Sendable {
        /// How sure the model was; nil when it was too unsure to propose anything.
        package var probability: Float?
        package var isRight: Bool

        package init(probability: Float?, isRight: Bool) {
            self.probability = probability
            self.isRight = isRight
        }
    }

    private var begin = 0
    private var right = 0
    private var tokens: [TokenID] = []
    private var probabilities: [Float] = []
    /// How many of them have come.
    private var came = 0
    private var computed = 0
    /// The model knew nothing more to say: asking again before the next token has come would bring the same.
    private var isUnsure = false

    package init() {}

    /// Whether the model holds anything of the answer.
    var isEmpty: Bool { right == 0 }
    /// Proposed tokens that may still come.
    var left: Int { tokens.count - came }
    /// Whether asking can bring something new.
    var mayAsk: Bool { left == 0 && !isUnsure }

    /// - Parameters:
    ///   - length: of the answer's feed.
    ///   - window: most tokens of the model's sequence.
    package func ask(_ count: Int, length: Int, window: Int) -> DraftAsk {
        // The last token is always read: its logits are what the first proposal is chosen from.
        let kept = min(right, length - begin - 1)
        if kept > 0, length - begin + count <= window, length - begin - kept <= window / 2 {
            return DraftAsk(begin: begin, kept: kept, count: count)
        }
        return DraftAsk(begin: max(0, length - max(1, window / 2)), kept: 0, count: count)
    }

    /// The model has read the feed to its end and proposes.
    package mutating func take(_ proposal: DraftProposal, of ask: DraftAsk, length: Int) {
        begin = ask.begin
        right = length - begin
        tokens = proposal.tokens
        probabilities = proposal.probabilities
        computed = proposal.computed
        came = 0
        isUnsure = tokens.count < ask.count
    }

    /// The model could not read the answer, and holds nothing of it.
    mutating func forget() {
        self = DraftView()
        isUnsure = true
    }

    /// The next proposed token, some places on.
    func proposed(_ offset: Int) -> (token: TokenID, probability: Float) {
        (tokens[came + offset], probabilities[came + offset])
    }

    /// The answer's next token has come.
    /// - Returns: what became of the place; nil when nobody had asked about it.
    package mutating func follow(_ token: TokenID) -> Outcome? {
        guard left > 0 else {
            guard isUnsure else { return nil }
            isUnsure = false
            return Outcome(probability: nil, isRight: false)
        }
        let outcome = Outcome(probability: probabilities[came], isRight: tokens[came] == token)
        if outcome.isRight {
            if came < computed { right += 1 }
            came += 1
        } else {
            (tokens, probabilities, came, computed, isUnsure) = ([], [], 0, 0, false)
        }
        return outcome
    }
}
