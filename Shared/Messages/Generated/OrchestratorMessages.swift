// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/orchestrator/v1/orchestrator.proto. Do not edit: run `make proto`.

package import Primitives

package struct RetrievalRequest: Equatable, Sendable {
    /// Only these files; empty means all of the organisation's.
    package var fileIDs: [FileID]
    /// 0 means 5.
    package var limit: UInt32

    package init(fileIDs: [FileID] = [], limit: UInt32 = 0) {
        self.fileIDs = fileIDs
        self.limit = limit
    }
}

package struct StartTurnRequest: Equatable, Sendable {
    package var turnID: TurnID
    package var model: String
    /// The new messages: all of them without a conversation, only what is new with one.
    package var messages: [PromptMessage]
    /// Absent means a turn outside any conversation.
    package var conversationID: ConversationID?
    /// Keep the items (always so with a conversation).
    package var isStored: Bool
    package var sampling: Sampling
    /// Absent means as many as fit the model's context, up to the deployment's limit.
    package var maxCompletionTokens: UInt32?
    package var stop: [String]
    /// The tools as the client's JSON array, member for member in its order. Absent when there are none. With tools,
    /// the answer's text holds calls as GenerateRequest.tools_json says.
    package var toolsJSON: [UInt8]?
    /// Absent means no retrieval.
    package var retrieval: RetrievalRequest?
    /// The client named the turn, by its Idempotency-Key, and may have named it before: whether it is known is found
    /// out before a worker is asked. Otherwise that is found out while the worker begins.
    package var mayBeKnown: Bool
    /// How many alternatives are told for every token, at most 20. Absent means that no probabilities are told.
    package var topLogprobs: UInt32?
    /// "auto", "none" or "required". Absent means auto.
    package var toolChoice: String?
    /// The one tool that must be called; then tool_choice is "required". Absent means any.
    package var toolName: String?
    /// Whether one answer may hold several calls. Absent means yes.
    package var parallelToolCalls: Bool?
    /// The client's `response_format` object, member for member in its order. Absent means plain text.
    package var responseFormatJSON: [UInt8]?
    /// The client comes back to this turn when its connection breaks: its leaving ends the turn only after a while.
    package var isResumable: Bool

    package init(
        turnID: TurnID, model: String = "", messages: [PromptMessage] = [], conversationID: ConversationID? = nil,
        isStored: Bool = false, sampling: Sampling, maxCompletionTokens: UInt32? = nil, stop: [String] = [],
        toolsJSON: [UInt8]? = nil, retrieval: RetrievalRequest? = nil, mayBeKnown: Bool = false,
        topLogprobs: UInt32? = nil, toolChoice: String? = nil, toolName: String? = nil, parallelToolCalls: Bool? = nil,
        responseFormatJSON: [UInt8]? = nil, isResumable: Bool = false
    ) {
        self.turnID = turnID
        self.model = model
        self.messages = messages
        self.conversationID = conversationID
        self.isStored = isStored
        self.sampling = sampling
        self.maxCompletionTokens = maxCompletionTokens
        self.stop = stop
        self.toolsJSON = toolsJSON
        self.retrieval = retrieval
        self.mayBeKnown = mayBeKnown
        self.topLogprobs = topLogprobs
        self.toolChoice = toolChoice
        self.toolName = toolName
        self.parallelToolCalls = parallelToolCalls
        self.responseFormatJSON = responseFormatJSON
        self.isResumable = isResumable
    }
}

package struct TurnStarted: Equatable, Sendable {
    package var turnID: TurnID
    package var model: String
    package var createdAtUs: Int64
    /// Absent outside a conversation.
    package var conversationID: ConversationID?
    /// The name the client asked for, where a route stands behind it; `model` is the one that answers. Absent
    /// otherwise.
    package var route: String?
    /// Why the route led there: "preferred", "weighted", "canary", "degraded", "slow" or "leftover". Absent without a
    /// route.
    package var routeReason: String?

    package init(
        turnID: TurnID, model: String = "", createdAtUs: Int64 = 0, conversationID: ConversationID? = nil,
        route: String? = nil, routeReason: String? = nil
    ) {
        self.turnID = turnID
        self.model = model
        self.createdAtUs = createdAtUs
        self.conversationID = conversationID
        self.route = route
        self.routeReason = routeReason
    }
}

package struct TurnCitations: Equatable, Sendable {
    package var citations: [Citation]
    /// Retrieval was asked for and did not answer in time; the turn goes on without it.
    package var isDegraded: Bool

    package init(citations: [Citation] = [], isDegraded: Bool = false) {
        self.citations = citations
        self.isDegraded = isDegraded
    }
}

package struct TurnFinished: Equatable, Sendable {
    /// OpenAI's word: "stop", "length", "tool_calls", "content_filter"; or "cancelled", "error".
    package var finishReason: String
    /// What is billed: the same numbers as the ledger's.
    package var usage: Usage
    package var chargedMicros: Int64
    package var currency: String
    /// Absent when nothing was stored.
    package var itemID: ItemID?
    /// Absent unless finish_reason is "error": a machine word and a public sentence.
    package var errorReason: String?
    /// Absent unless finish_reason is "error".
    package var errorMessage: String?

    package init(
        finishReason: String = "", usage: Usage, chargedMicros: Int64 = 0, currency: String = "", itemID: ItemID? = nil,
        errorReason: String? = nil, errorMessage: String? = nil
    ) {
        self.finishReason = finishReason
        self.usage = usage
        self.chargedMicros = chargedMicros
        self.currency = currency
        self.itemID = itemID
        self.errorReason = errorReason
        self.errorMessage = errorMessage
    }
}

package struct TurnEvent: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case started(TurnStarted)
        case citations(TurnCitations)
        case finished(TurnFinished)
        case logprobs(AnswerLogprobs)
    }

    package var kind: Kind?

    package init(kind: Kind? = nil) {
        self.kind = kind
    }
}

package struct ResumeTurnRequest: Equatable, Sendable {
    package var turnID: TurnID
    /// Index of the first token wanted.
    package var afterSeq: UInt32

    package init(turnID: TurnID, afterSeq: UInt32 = 0) {
        self.turnID = turnID
        self.afterSeq = afterSeq
    }
}

package struct CancelTurnRequest: Equatable, Sendable {
    package var turnID: TurnID

    package init(turnID: TurnID) {
        self.turnID = turnID
    }
}

package struct CancelTurnReply: Equatable, Sendable {
    package var wasRunning: Bool

    package init(wasRunning: Bool = false) {
        self.wasRunning = wasRunning
    }
}

package struct EmbedRequest: Equatable, Sendable {
    package var model: String
    package var texts: [String]

    package init(model: String = "", texts: [String] = []) {
        self.model = model
        self.texts = texts
    }
}

package struct Embedding: Equatable, Sendable {
    package var values: [Float]

    package init(values: [Float] = []) {
        self.values = values
    }
}

package struct EmbedReply: Equatable, Sendable {
    package var embeddings: [Embedding]
    package var promptTokens: UInt32

    package init(embeddings: [Embedding] = [], promptTokens: UInt32 = 0) {
        self.embeddings = embeddings
        self.promptTokens = promptTokens
    }
}

package struct RankRequest: Equatable, Sendable {
    package var model: String
    package var query: String
    /// 1 to 1,000.
    package var texts: [String]

    package init(model: String = "", query: String = "", texts: [String] = []) {
        self.model = model
        self.query = query
        self.texts = texts
    }
}

package struct RankReply: Equatable, Sendable {
    /// One for each text, in their order; comparable within one reply only.
    package var scores: [Float]
    package var promptTokens: UInt32

    package init(scores: [Float] = [], promptTokens: UInt32 = 0) {
        self.scores = scores
        self.promptTokens = promptTokens
    }
}

package struct ListModelsRequest: Equatable, Sendable {
    package init() {}
}

package struct ModelRow: Equatable, Sendable {
    package var name: String
    /// "chat", "embedding" or "ranking".
    package var kind: String
    package var createdAtUs: Int64
    package var contextTokens: UInt32
    /// The model an adapter belongs to. Absent for a model of its own.
    package var baseModel: String?

    package init(
        name: String = "", kind: String = "", createdAtUs: Int64 = 0, contextTokens: UInt32 = 0,
        baseModel: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.createdAtUs = createdAtUs
        self.contextTokens = contextTokens
        self.baseModel = baseModel
    }
}

package struct ListModelsReply: Equatable, Sendable {
    package var models: [ModelRow]

    package init(models: [ModelRow] = []) {
        self.models = models
    }
}

package struct CreateConversationRequest: Equatable, Sendable {
    package var conversationID: ConversationID
    package var title: String
    /// A JSON object of strings, at most 16 entries. Absent means empty.
    package var metadataJSON: [UInt8]?

    package init(conversationID: ConversationID, title: String = "", metadataJSON: [UInt8]? = nil) {
        self.conversationID = conversationID
        self.title = title
        self.metadataJSON = metadataJSON
    }
}

package struct ConversationReply: Equatable, Sendable {
    package var conversationID: ConversationID
    package var title: String
    package var createdAtUs: Int64
    package var updatedAtUs: Int64
    package var metadataJSON: [UInt8]

    package init(
        conversationID: ConversationID, title: String = "", createdAtUs: Int64 = 0, updatedAtUs: Int64 = 0,
        metadataJSON: [UInt8] = []
    ) {
        self.conversationID = conversationID
        self.title = title
        self.createdAtUs = createdAtUs
        self.updatedAtUs = updatedAtUs
        self.metadataJSON = metadataJSON
    }
}

package struct GetConversationRequest: Equatable, Sendable {
    package var conversationID: ConversationID

    package init(conversationID: ConversationID) {
        self.conversationID = conversationID
    }
}

package struct ListConversationsRequest: Equatable, Sendable {
    /// 0 means 20, no more than 100.
    package var limit: UInt32
    /// Absent means from the newest.
    package var afterConversationID: ConversationID?

    package init(limit: UInt32 = 0, afterConversationID: ConversationID? = nil) {
        self.limit = limit
        self.afterConversationID = afterConversationID
    }
}

package struct ListConversationsReply: Equatable, Sendable {
    package var conversations: [ConversationReply]
    package var hasMore: Bool

    package init(conversations: [ConversationReply] = [], hasMore: Bool = false) {
        self.conversations = conversations
        self.hasMore = hasMore
    }
}

package struct DeleteConversationRequest: Equatable, Sendable {
    package var conversationID: ConversationID

    package init(conversationID: ConversationID) {
        self.conversationID = conversationID
    }
}

package struct DeleteConversationReply: Equatable, Sendable {
    package init() {}
}

package struct ListItemsRequest: Equatable, Sendable {
    package var conversationID: ConversationID
    /// 0 means 20, no more than 100.
    package var limit: UInt32
    /// Absent means from the oldest.
    package var afterItemID: ItemID?

    package init(conversationID: ConversationID, limit: UInt32 = 0, afterItemID: ItemID? = nil) {
        self.conversationID = conversationID
        self.limit = limit
        self.afterItemID = afterItemID
    }
}

package struct ItemReply: Equatable, Sendable {
    package var itemID: ItemID
    package var role: String
    package var content: String
    package var createdAtUs: Int64
    package var citations: [Citation]
    /// Absent for what a person wrote.
    package var model: String?
    /// Absent for what a person wrote.
    package var finishReason: String?

    package init(
        itemID: ItemID, role: String = "", content: String = "", createdAtUs: Int64 = 0, citations: [Citation] = [],
        model: String? = nil, finishReason: String? = nil
    ) {
        self.itemID = itemID
        self.role = role
        self.content = content
        self.createdAtUs = createdAtUs
        self.citations = citations
        self.model = model
        self.finishReason = finishReason
    }
}

package struct ListItemsReply: Equatable, Sendable {
    package var items: [ItemReply]
    package var hasMore: Bool

    package init(items: [ItemReply] = [], hasMore: Bool = false) {
        self.items = items
        self.hasMore = hasMore
    }
}
