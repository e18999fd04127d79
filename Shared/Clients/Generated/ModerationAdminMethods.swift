// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/moderation/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `ModerationAdmin`: what a caller and a server must agree on.
package enum ModerationAdminMethods {
    /// Judges a text under an organisation's policy and says which rules fired.
    ///
    /// Deadline: 5 s; may be retried. Fails with invalid_argument.
    package static let explainText = Method<ExplainTextRequest, Verdict>(
        id: 0x0381, name: "moderation.ExplainText", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.moderation.admin], carriesTokens: false
    )

    /// Adds a phrase to an organisation's blocklist; takes effect on every replica within seconds.
    ///
    /// Deadline: 5 s; may be retried. Fails with invalid_argument (empty or too long).
    package static let blockPhrase = Method<BlockPhraseRequest, BlockPhraseReply>(
        id: 0x0382, name: "moderation.BlockPhrase", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.moderation.admin], carriesTokens: false
    )

    /// Lists an organisation's blocked phrases.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let listPhrases = Method<ListPhrasesRequest, ListPhrasesReply>(
        id: 0x0383, name: "moderation.ListPhrases", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.moderation.admin], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        explainText.description,
        blockPhrase.description,
        listPhrases.description,
    ]
}
