// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import Primitives
import Synchronization

// What a turn needs to outlive its worker, and its client.

extension LiveTurn {
    /// What another worker needs to go on where this one stopped.
    struct Replay: Sendable {
        /// nil when the worker did not tell every token's id, or more than one vocabulary wrote the answer.
        var tokens: [UInt32]?
        var tokenizer: String?
        /// What the tokens were drawn with.
        var seed: UInt64?
        /// What was shown so far, and what waits to be judged.
        var text: [UInt8]
        /// Tokens of the answer so far.
        var count: UInt32
        var promptTokens: UInt32
    }

    var replay: Replay {
        shared.withLock { shared in
            Replay(
                tokens: shared.turn.hasAllTokens ? shared.turn.answer.tokens : nil, tokenizer: shared.turn.tokenizer,
                seed: shared.origin?.seed, text: shared.turn.answer.text + shared.turn.window.heldText,
                count: shared.turn.offered, promptTokens: shared.turn.tally.prompt)
        }
    }

    /// Tokens that workers have sent, whether they have left or not.
    var length: UInt32 { shared.withLock { $0.turn.offered } }

    var isWhole: Bool { shared.withLock { $0.isWhole } }

    /// From here on the next worker's chunks are counted here, because it does not know how many tokens there are.
    func continuesFromText() { shared.withLock { $0.turn.continuesFromText() } }

    // MARK: Without a client

    /// The client has said that it comes back when its connection breaks.
    func outlivesClient() { shared.withLock { $0.outlivesClient = true } }

    /// Whether nobody has followed for this long. Says so once each time.
    func isLonely(for patience: Duration, at now: MonotonicInstant) -> Bool {
        shared.withLock { shared in
            guard shared.isAlone, shared.end == nil, shared.turn.asked == nil else { return false }
            guard let since = shared.aloneSince, now - since >= patience else {
                shared.aloneSince = shared.aloneSince ?? now
                return false
            }
            shared.aloneSince = now
            return true
        }
    }

    /// Cancels the turn unless somebody has come.
    func endAlone() {
        if shared.withLock({ $0.isAlone }) { end(.cancelled) }
    }
}
