// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import Synchronization

// What a worker says of the answer beside its text: how it saw the prompt, what it counted, how likely tokens were.

extension LiveTurn {
    /// A worker has taken the turn. A second worker's counts change nothing once the first sent tokens: one prompt is
    /// charged, the one the answer began with.
    /// - Returns: what the worker said that the answer began with, when that was another one.
    func started(_ event: GenerateStarted) -> GenerateStarted? {
        shared.withLock { shared in
            guard !shared.hasChunks else { return shared.origin }
            shared.turn.started(
                prompt: event.promptTokens, cached: event.cachedTokens, tokenizer: event.tokenizer)
            shared.origin = event
            shared.pendingEntries.append(.started(prompt: event.promptTokens, cached: event.cachedTokens))
            return nil
        }
    }

    /// The worker has finished and says what it counted, which some can only estimate when they start.
    func counted(_ usage: Usage) {
        // No prompt is empty: a worker that counts nothing has said it all when it started.
        guard usage.promptTokens > 0 else { return }
        shared.withLock { $0.turn.counted(prompt: usage.promptTokens, cached: usage.cachedTokens) }
    }

    /// More than these probabilities are not kept for one turn (about 8 MB); the tokens after them have none.
    private static let maxLikelihoods = 100_000

    /// Probabilities of the tokens that come next.
    ///
    /// A worker tells them right before their chunk, so they belong behind the tokens that are there, whatever number
    /// they have from a worker that goes on from the text and counts from nothing. Those that a lost worker told of
    /// tokens which never came are forgotten.
    func noted(_ logprobs: AnswerLogprobs) {
        shared.withLock { shared in
            let next = Int(shared.turn.offered)
            guard shared.turn.follows(logprobs.seq), shared.likelihoods.count >= next else { return }
            if shared.likelihoods.count > next {
                let untold = shared.likelihoods[next...]
                shared.likelihoodEntries -= untold.reduce(0) { $0 + 1 + $1.top.count }
                shared.likelihoods.removeSubrange(next...)
            }
            let entries = logprobs.tokens.reduce(0) { $0 + 1 + $1.top.count }
            guard shared.likelihoodEntries + entries <= Self.maxLikelihoods else { return }
            shared.likelihoods += logprobs.tokens
            shared.likelihoodEntries += entries
        }
    }

    /// nil once moderation has replaced or stopped anything: a token's bytes would tell what was taken out.
    func likelihoods(of piece: ReleasedPiece, _ shared: Shared) -> AnswerLogprobs? {
        if shared.turn.window.hasRedacted { return nil }
        if case .stopped = shared.turn.asked { return nil }
        let first = Int(piece.seq)
        guard first < shared.likelihoods.count else { return nil }
        let last = min(shared.likelihoods.count, first + Int(piece.count))
        return AnswerLogprobs(seq: piece.seq, tokens: Array(shared.likelihoods[first..<last]))
    }
}
