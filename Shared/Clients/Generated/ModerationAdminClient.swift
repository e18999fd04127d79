// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/moderation/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `ModerationAdmin`.
package struct ModerationAdminClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Judges a text under an organisation's policy and says which rules fired.
    ///
    /// Deadline: 5 s; may be retried. Fails with invalid_argument.
    package func explainText(_ request: ExplainTextRequest, _ context: CallContext) async throws(Failure) -> Verdict {
        try await rpc.unary(ModerationAdminMethods.explainText, request, context)
    }

    /// Adds a phrase to an organisation's blocklist; takes effect on every replica within seconds.
    ///
    /// Deadline: 5 s; may be retried. Fails with invalid_argument (empty or too long).
    package func blockPhrase(
        _ request: BlockPhraseRequest, _ context: CallContext
    ) async throws(Failure) -> BlockPhraseReply {
        try await rpc.unary(ModerationAdminMethods.blockPhrase, request, context)
    }

    /// Lists an organisation's blocked phrases.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func listPhrases(
        _ request: ListPhrasesRequest, _ context: CallContext
    ) async throws(Failure) -> ListPhrasesReply {
        try await rpc.unary(ModerationAdminMethods.listPhrases, request, context)
    }
}
