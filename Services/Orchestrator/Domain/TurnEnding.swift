// SPDX-License-Identifier: Apache-2.0

/// How generation came to an end, before anybody asked what that costs.
package enum GenerationEnd: Hashable, Sendable {
    /// The worker finished, with OpenAI's word for why: `stop`, `length` or `tool_calls`.
    case finished(String)
    /// Moderation stopped the answer; the rule's name.
    case stopped(rule: String)
    /// The client went away or asked for the end.
    case cancelled
    /// Something broke: a machine word for it and a sentence for people.
    case failed(word: String, message: String)
    /// The owner is gone; whoever adopted the turn ends it.
    case abandoned
}

/// What a turn's end is to the ledger.
package enum TurnOutcome: String, Hashable, Sendable {
    case completed, cancelled, failed, expired
}

/// How a turn ends: its last state, the ledger's word and the client's word, all decided in one place.
///
/// The rule: an answer that finished is settled even when it is empty; every other turn is settled when at least one
/// token of its answer was logged, and released when none was.
package struct TurnEnding: Hashable, Sendable {
    package enum Commit: String, Hashable, Sendable {
        case settle, release
    }

    package var state: TurnState
    package var commit: Commit
    package var outcome: TurnOutcome
    /// OpenAI's word, or `cancelled` or `error`.
    package var finishReason: String
    /// A machine word and a sentence, when `finishReason` is `error`.
    package var error: String?
    package var errorMessage: String?

    package init(_ end: GenerationEnd, tally: TokenTally) {
        let wasLogged = tally.completion > 0
        error = nil
        errorMessage = nil
        switch end {
        case .finished(let reason):
            (state, commit, outcome, finishReason) = (.settled, .settle, .completed, reason)
            return
        case .stopped:
            (outcome, finishReason) = (.completed, "content_filter")
        case .cancelled:
            (outcome, finishReason) = (.cancelled, "cancelled")
        case .failed(let word, let message):
            (outcome, finishReason, error, errorMessage) = (.failed, "error", word, message)
        case .abandoned:
            (outcome, finishReason, error) = (.expired, "error", "turn_expired")
            errorMessage = "The answer was cut off by a fault on our side."
            state = wasLogged ? .expired : .released
            commit = wasLogged ? .settle : .release
            return
        }
        state = wasLogged ? .settled : .released
        commit = wasLogged ? .settle : .release
    }
}
