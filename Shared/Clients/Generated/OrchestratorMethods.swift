// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/orchestrator/v1/orchestrator.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `Orchestrator`: what a caller and a server must agree on.
package enum OrchestratorMethods {
    /// Runs one turn. Events: one `started`, at most one `citations`, token chunks (text only), one `finished`.
    /// A failure before any token ends the stream with its status; after that `finished` says what happened.
    /// The same turn id again joins the running turn or tells its end.
    ///
    /// Deadline: caller; may be retried. Fails with not_found (model, conversation), invalid_argument
    /// (context_length_exceeded, content_policy), resource_exhausted (budget, queue), unavailable.
    package static let startTurn = Method<StartTurnRequest, TurnEvent>(
        id: 0x0501, name: "orchestrator.StartTurn", kind: .serverStreaming, isIdempotent: true, deadline: nil,
        callers: [.gateway], carriesTokens: true
    )

    /// Follows a turn from a place in its log: chunks whose seq is at least `after_seq`, then the end.
    ///
    /// Deadline: caller; may be retried. Fails with not_found (unknown or past its resume window).
    package static let resumeTurn = Method<ResumeTurnRequest, TurnEvent>(
        id: 0x0502, name: "orchestrator.ResumeTurn", kind: .serverStreaming, isIdempotent: true, deadline: nil,
        callers: [.gateway], carriesTokens: true
    )

    /// Ends a turn now; what was written is kept and charged.
    ///
    /// Deadline: 1 s; may be retried. Fails with not_found.
    package static let cancelTurn = Method<CancelTurnRequest, CancelTurnReply>(
        id: 0x0503, name: "orchestrator.CancelTurn", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false
    )

    /// Embeddings through the fleet, in a bulkhead of their own.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (model), invalid_argument, resource_exhausted, unavailable.
    package static let embed = Method<EmbedRequest, EmbedReply>(
        id: 0x0504, name: "orchestrator.Embed", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.gateway, .retriever], carriesTokens: false
    )

    /// The models the fleet can serve now or could a moment ago.
    ///
    /// Deadline: 1 s; may be retried. Fails with unavailable.
    package static let listModels = Method<ListModelsRequest, ListModelsReply>(
        id: 0x0505, name: "orchestrator.ListModels", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false
    )

    /// Deadline: 1 s; may be retried. Fails with invalid_argument, already_exists (same id, other owner).
    package static let createConversation = Method<CreateConversationRequest, ConversationReply>(
        id: 0x0506, name: "orchestrator.CreateConversation", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false
    )

    /// Deadline: 1 s; may be retried, and is made a second time after 250 ms without an answer. Fails with not_found.
    package static let getConversation = Method<GetConversationRequest, ConversationReply>(
        id: 0x0507, name: "orchestrator.GetConversation", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false, hedgeAfter: .milliseconds(250)
    )

    /// The caller's conversations, newest first, by keyset pages.
    ///
    /// Deadline: 1 s; may be retried. Fails with invalid_argument.
    package static let listConversations = Method<ListConversationsRequest, ListConversationsReply>(
        id: 0x0508, name: "orchestrator.ListConversations", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false
    )

    /// Hides a conversation at once; its rows go when retention and legal hold allow.
    ///
    /// Deadline: 1 s; may be retried. Fails with not_found.
    package static let deleteConversation = Method<DeleteConversationRequest, DeleteConversationReply>(
        id: 0x0509, name: "orchestrator.DeleteConversation", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false
    )

    /// Says how well texts answer a query, by a cross-encoder or an embedding model, in the bulkhead of embeddings.
    ///
    /// Deadline: 30 s; may be retried. Fails with not_found (model), invalid_argument, resource_exhausted, unavailable.
    package static let rank = Method<RankRequest, RankReply>(
        id: 0x050f, name: "orchestrator.Rank", kind: .unary, isIdempotent: true, deadline: .seconds(30),
        callers: [.gateway, .retriever], carriesTokens: false
    )

    /// The items of a conversation, oldest first, by keyset pages.
    ///
    /// Deadline: 1 s; may be retried. Fails with not_found, invalid_argument.
    package static let listItems = Method<ListItemsRequest, ListItemsReply>(
        id: 0x050a, name: "orchestrator.ListItems", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        startTurn.description,
        resumeTurn.description,
        cancelTurn.description,
        embed.description,
        listModels.description,
        createConversation.description,
        getConversation.description,
        listConversations.description,
        deleteConversation.description,
        rank.description,
        listItems.description,
    ]
}
