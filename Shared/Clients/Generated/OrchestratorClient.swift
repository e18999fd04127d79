// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/orchestrator/v1/orchestrator.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `Orchestrator`.
package struct OrchestratorClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Runs one turn. Events: one `started`, at most one `citations`, token chunks (text only), one `finished`.
    /// A failure before any token ends the stream with its status; after that `finished` says what happened.
    /// The same turn id again joins the running turn or tells its end.
    ///
    /// Deadline: caller; may be retried. Fails with not_found (model, conversation), invalid_argument
    /// (context_length_exceeded, content_policy), resource_exhausted (budget, queue), unavailable.
    package nonisolated(nonsending) func startTurn<R>(
        _ request: StartTurnRequest, _ context: CallContext, _ body: (StreamReader<TurnEvent>) async throws -> R
    ) async throws -> R {
        try await rpc.serverStreaming(OrchestratorMethods.startTurn, request, context, body)
    }

    /// Follows a turn from a place in its log: chunks whose seq is at least `after_seq`, then the end.
    ///
    /// Deadline: caller; may be retried. Fails with not_found (unknown or past its resume window).
    package nonisolated(nonsending) func resumeTurn<R>(
        _ request: ResumeTurnRequest, _ context: CallContext, _ body: (StreamReader<TurnEvent>) async throws -> R
    ) async throws -> R {
        try await rpc.serverStreaming(OrchestratorMethods.resumeTurn, request, context, body)
    }

    /// Ends a turn now; what was written is kept and charged.
    ///
    /// Deadline: 1 s; may be retried. Fails with not_found.
    package func cancelTurn(
        _ request: CancelTurnRequest, _ context: CallContext
    ) async throws(Failure) -> CancelTurnReply {
        try await rpc.unary(OrchestratorMethods.cancelTurn, request, context)
    }

    /// Embeddings through the fleet, in a bulkhead of their own.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (model), invalid_argument, resource_exhausted, unavailable.
    package func embed(_ request: EmbedRequest, _ context: CallContext) async throws(Failure) -> EmbedReply {
        try await rpc.unary(OrchestratorMethods.embed, request, context)
    }

    /// The models the fleet can serve now or could a moment ago.
    ///
    /// Deadline: 1 s; may be retried. Fails with unavailable.
    package func listModels(
        _ request: ListModelsRequest, _ context: CallContext
    ) async throws(Failure) -> ListModelsReply {
        try await rpc.unary(OrchestratorMethods.listModels, request, context)
    }

    /// Deadline: 1 s; may be retried. Fails with invalid_argument, already_exists (same id, other owner).
    package func createConversation(
        _ request: CreateConversationRequest, _ context: CallContext
    ) async throws(Failure) -> ConversationReply {
        try await rpc.unary(OrchestratorMethods.createConversation, request, context)
    }

    /// Deadline: 1 s; may be retried, and is made a second time after 250 ms without an answer. Fails with not_found.
    package func getConversation(
        _ request: GetConversationRequest, _ context: CallContext
    ) async throws(Failure) -> ConversationReply {
        try await rpc.unary(OrchestratorMethods.getConversation, request, context)
    }

    /// The caller's conversations, newest first, by keyset pages.
    ///
    /// Deadline: 1 s; may be retried. Fails with invalid_argument.
    package func listConversations(
        _ request: ListConversationsRequest, _ context: CallContext
    ) async throws(Failure) -> ListConversationsReply {
        try await rpc.unary(OrchestratorMethods.listConversations, request, context)
    }

    /// Hides a conversation at once; its rows go when retention and legal hold allow.
    ///
    /// Deadline: 1 s; may be retried. Fails with not_found.
    package func deleteConversation(
        _ request: DeleteConversationRequest, _ context: CallContext
    ) async throws(Failure) -> DeleteConversationReply {
        try await rpc.unary(OrchestratorMethods.deleteConversation, request, context)
    }

    /// Says how well texts answer a query, by a cross-encoder or an embedding model, in the bulkhead of embeddings.
    ///
    /// Deadline: 30 s; may be retried. Fails with not_found (model), invalid_argument, resource_exhausted, unavailable.
    package func rank(_ request: RankRequest, _ context: CallContext) async throws(Failure) -> RankReply {
        try await rpc.unary(OrchestratorMethods.rank, request, context)
    }

    /// The items of a conversation, oldest first, by keyset pages.
    ///
    /// Deadline: 1 s; may be retried. Fails with not_found, invalid_argument.
    package func listItems(
        _ request: ListItemsRequest, _ context: CallContext
    ) async throws(Failure) -> ListItemsReply {
        try await rpc.unary(OrchestratorMethods.listItems, request, context)
    }
}
