// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/modelworker.proto. Do not edit: run `make proto`.

package import Primitives

package struct WorkClass: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = Self(rawValue: 0)
    package static let premium = Self(rawValue: 1)
    package static let standard = Self(rawValue: 2)
    package static let batch = Self(rawValue: 3)
}

extension WorkClass: CustomStringConvertible {
    /// The value's name in the contract, in lower case, or `number_<n>` for one this build does not know.
    package var description: String {
        switch rawValue {
        case 0: "unspecified"
        case 1: "premium"
        case 2: "standard"
        case 3: "batch"
        default: "number_\(rawValue)"
        }
    }
}

/// What a worker tells of its cache's blocks.
package struct BlockEvents: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// As workers before this field did: every block.
    package static let unspecified = Self(rawValue: 0)
    /// Every block that enters or leaves is in a report.
    package static let exact = Self(rawValue: 1)
    /// None ever is: what the cache holds can only be guessed from what was sent to it.
    package static let absent = Self(rawValue: 2)
}

extension BlockEvents: CustomStringConvertible {
    /// The value's name in the contract, in lower case, or `number_<n>` for one this build does not know.
    package var description: String {
        switch rawValue {
        case 0: "unspecified"
        case 1: "exact"
        case 2: "absent"
        default: "number_\(rawValue)"
        }
    }
}

package struct GenerateRequest: Equatable, Sendable {
    package var turnID: TurnID
    /// Which owner of the turn this call speaks for; grows with every change of owner.
    package var epoch: UInt32
    package var model: String
    package var messages: [PromptMessage]
    /// The tools as the client's JSON array, member for member in its order. Absent when there are none. With tools,
    /// and a tool_choice other than "none", the answer's text may end in calls, each U+001E, id, U+001F, name, U+001F,
    /// arguments; what stands between U+001E and the second U+001F is never split over two chunks, and the model's own
    /// text has neither character.
    package var toolsJSON: [UInt8]?
    /// Chained hashes of fixed 256-byte blocks of the canonical rendering, salted by tenant: what the scheduler routed
    /// by. The last ones may be names by which the next turn will ask for the whole of it.
    package var prefixBlocks: [UInt64]
    /// Sixteen octets that keep one tenant's cached prefixes from another's.
    package var tenantSalt: [UInt8]
    package var workClass: WorkClass
    /// For a worker in front of another server, a name there that no setting maps. Who wants an adapter says so in
    /// `model`, as `base:adapter`. Absent means what `model` says.
    package var adapter: String?
    package var sampling: Sampling
    /// At most this many tokens, the resumed ones counted in.
    package var maxCompletionTokens: UInt32
    package var stop: [String]
    /// Tokens an earlier worker produced for this very answer: they are taken as given and not sent again.
    package var resumeTokens: [UInt32]
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
    /// How long the answer may be generated; what there is of it then is the answer. Absent means the worker's setting.
    package var timeLimitMs: UInt32?
    /// What an earlier worker said of this very answer, for one whose tokens are numbered otherwise or not at all:
    /// taken as said and not sent again. Then `max_completion_tokens` is what is still wanted, the answer's `seq`
    /// begins anew, and there are no `resume_tokens`. Absent for an answer that begins here. May end within a
    /// character.
    package var resumeText: [UInt8]?

    package init(
        turnID: TurnID, epoch: UInt32 = 0, model: String = "", messages: [PromptMessage] = [],
        toolsJSON: [UInt8]? = nil, prefixBlocks: [UInt64] = [], tenantSalt: [UInt8] = [],
        workClass: WorkClass = WorkClass(rawValue: 0), adapter: String? = nil, sampling: Sampling,
        maxCompletionTokens: UInt32 = 0, stop: [String] = [], resumeTokens: [UInt32] = [], topLogprobs: UInt32? = nil,
        toolChoice: String? = nil, toolName: String? = nil, parallelToolCalls: Bool? = nil,
        responseFormatJSON: [UInt8]? = nil, timeLimitMs: UInt32? = nil, resumeText: [UInt8]? = nil
    ) {
        self.turnID = turnID
        self.epoch = epoch
        self.model = model
        self.messages = messages
        self.toolsJSON = toolsJSON
        self.prefixBlocks = prefixBlocks
        self.tenantSalt = tenantSalt
        self.workClass = workClass
        self.adapter = adapter
        self.sampling = sampling
        self.maxCompletionTokens = maxCompletionTokens
        self.stop = stop
        self.resumeTokens = resumeTokens
        self.topLogprobs = topLogprobs
        self.toolChoice = toolChoice
        self.toolName = toolName
        self.parallelToolCalls = parallelToolCalls
        self.responseFormatJSON = responseFormatJSON
        self.timeLimitMs = timeLimitMs
        self.resumeText = resumeText
    }
}

package struct GenerateStarted: Equatable, Sendable {
    /// A worker in front of another server can only estimate it here; `finished` has what that server counted.
    package var promptTokens: UInt32
    package var cachedTokens: UInt32
    /// Names tokenizer and vocabulary; equal names mean equal token ids.
    package var tokenizer: String
    package var templateHash: UInt64
    /// What the sampler uses: the request's seed, or the one the worker drew.
    package var seed: UInt64
    /// A sum over every token of the prompt, and the adapter: equal sums mean that two workers read the same. Absent
    /// when the worker sees no tokens, as in front of another server.
    package var promptDigest: UInt64?

    package init(
        promptTokens: UInt32 = 0, cachedTokens: UInt32 = 0, tokenizer: String = "", templateHash: UInt64 = 0,
        seed: UInt64 = 0, promptDigest: UInt64? = nil
    ) {
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.tokenizer = tokenizer
        self.templateHash = templateHash
        self.seed = seed
        self.promptDigest = promptDigest
    }
}

package struct GenerateFinished: Equatable, Sendable {
    /// "stop", "length" or "tool_calls".
    package var finishReason: String
    package var usage: Usage
    /// Tokens this call physically computed, for metrics; never billed.
    package var computedTokens: UInt32
    package var queueUs: UInt32
    package var prefillUs: UInt32
    package var decodeUs: UInt32
    /// It ended because its time was over; the reason is "length" then.
    package var isTimeLimited: Bool
    /// How often it made room for more urgent work, and went on later.
    package var preemptions: UInt32
    /// Where and why a finished answer breaks the schema it was to keep strictly. Absent when it keeps it, or there is
    /// none.
    package var schemaViolation: String?

    package init(
        finishReason: String = "", usage: Usage, computedTokens: UInt32 = 0, queueUs: UInt32 = 0, prefillUs: UInt32 = 0,
        decodeUs: UInt32 = 0, isTimeLimited: Bool = false, preemptions: UInt32 = 0, schemaViolation: String? = nil
    ) {
        self.finishReason = finishReason
        self.usage = usage
        self.computedTokens = computedTokens
        self.queueUs = queueUs
        self.prefillUs = prefillUs
        self.decodeUs = decodeUs
        self.isTimeLimited = isTimeLimited
        self.preemptions = preemptions
        self.schemaViolation = schemaViolation
    }
}

package struct GenerateEvent: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case started(GenerateStarted)
        case finished(GenerateFinished)
        case logprobs(AnswerLogprobs)
    }

    package var kind: Kind?

    package init(kind: Kind? = nil) {
        self.kind = kind
    }
}

package struct EmbedTextsRequest: Equatable, Sendable {
    package var model: String
    /// At most 128 texts.
    package var texts: [String]

    package init(model: String = "", texts: [String] = []) {
        self.model = model
        self.texts = texts
    }
}

package struct EmbeddingVector: Equatable, Sendable {
    package var values: [Float]

    package init(values: [Float] = []) {
        self.values = values
    }
}

package struct EmbedTextsReply: Equatable, Sendable {
    package var vectors: [EmbeddingVector]
    package var promptTokens: UInt32

    package init(vectors: [EmbeddingVector] = [], promptTokens: UInt32 = 0) {
        self.vectors = vectors
        self.promptTokens = promptTokens
    }
}

package struct RankTextsRequest: Equatable, Sendable {
    package var model: String
    package var query: String
    /// At most 127 texts.
    package var texts: [String]

    package init(model: String = "", query: String = "", texts: [String] = []) {
        self.model = model
        self.query = query
        self.texts = texts
    }
}

package struct RankTextsReply: Equatable, Sendable {
    /// One for each text, in their order; comparable within one reply only.
    package var scores: [Float]
    package var promptTokens: UInt32

    package init(scores: [Float] = [], promptTokens: UInt32 = 0) {
        self.scores = scores
        self.promptTokens = promptTokens
    }
}

package struct TokenizeRequest: Equatable, Sendable {
    package var model: String
    /// Rendered with the model's template when given.
    package var messages: [PromptMessage]
    /// Absent when messages are given.
    package var text: String?

    package init(model: String = "", messages: [PromptMessage] = [], text: String? = nil) {
        self.model = model
        self.messages = messages
        self.text = text
    }
}

package struct TokenizeReply: Equatable, Sendable {
    package var tokenIDs: [UInt32]
    package var tokenizer: String

    package init(tokenIDs: [UInt32] = [], tokenizer: String = "") {
        self.tokenIDs = tokenIDs
        self.tokenizer = tokenizer
    }
}

package struct WatchLoadRequest: Equatable, Sendable {
    package init() {}
}

package struct LoadedModel: Equatable, Sendable {
    /// `base:adapter` for a model under an adapter.
    package var name: String
    /// "chat", "embedding" or "ranking".
    package var kind: String
    package var contextTokens: UInt32
    /// Absent for chat models.
    package var embeddingDimensions: UInt32?
    package var tokenizer: String
    /// When the model's file was written, the same on every worker that has a copy of it.
    package var createdAtUs: Int64
    /// The model an adapter belongs to. Absent for a model of its own.
    package var baseModel: String?

    package init(
        name: String = "", kind: String = "", contextTokens: UInt32 = 0, embeddingDimensions: UInt32? = nil,
        tokenizer: String = "", createdAtUs: Int64 = 0, baseModel: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.contextTokens = contextTokens
        self.embeddingDimensions = embeddingDimensions
        self.tokenizer = tokenizer
        self.createdAtUs = createdAtUs
        self.baseModel = baseModel
    }
}

package struct LoadReport: Equatable, Sendable {
    /// Grows by one with every report of this process, so that a reader sees a gap.
    package var sequence: UInt64
    package var waiting: UInt32
    package var running: UInt32
    package var maxRunning: UInt32
    package var freeCacheTokens: UInt64
    package var totalCacheTokens: UInt64
    /// Measured at start: prompt tokens per second, and microseconds per token at batch sizes 1, 2, 4, 8, ….
    package var prefillTokensPerSecond: Float
    package var stepUsByBatch: [Float]
    package var models: [LoadedModel]
    package var isDraining: Bool
    /// Identifies this process; a change means that its cache is empty again.
    package var instance: UInt64
    /// Blocks that entered and left the prefix cache since the last report (hashes as in
    /// GenerateRequest.prefix_blocks).
    package var insertedBlocks: [UInt64]
    package var evictedBlocks: [UInt64]
    /// Prompt tokens that running requests still have to read.
    package var unreadTokens: UInt64
    /// How often batch work made room for more urgent work, since the start.
    package var preemptions: UInt64
    /// Saved sequences of the second tier.
    package var tierMemoryBytes: UInt64
    package var tierDiskBytes: UInt64
    package var blockEvents: BlockEvents
    /// From how many requests the two figures of speed were learnt, for a worker that cannot measure them; 0 means that
    /// they are still its settings' guess. Absent when they were measured at start.
    package var paceSamples: UInt64?
    /// Foretold tokens that were checked ahead, and how many of them came, since the start.
    package var draftedTokens: UInt64
    package var acceptedDraftTokens: UInt64
    /// How many of both were foretold by a draft model, and the name in its file, empty without one.
    package var modelDraftedTokens: UInt64
    package var acceptedModelDraftTokens: UInt64
    package var draftModel: String

    package init(
        sequence: UInt64 = 0, waiting: UInt32 = 0, running: UInt32 = 0, maxRunning: UInt32 = 0,
        freeCacheTokens: UInt64 = 0, totalCacheTokens: UInt64 = 0, prefillTokensPerSecond: Float = 0,
        stepUsByBatch: [Float] = [], models: [LoadedModel] = [], isDraining: Bool = false, instance: UInt64 = 0,
        insertedBlocks: [UInt64] = [], evictedBlocks: [UInt64] = [], unreadTokens: UInt64 = 0, preemptions: UInt64 = 0,
        tierMemoryBytes: UInt64 = 0, tierDiskBytes: UInt64 = 0, blockEvents: BlockEvents = BlockEvents(rawValue: 0),
        paceSamples: UInt64? = nil, draftedTokens: UInt64 = 0, acceptedDraftTokens: UInt64 = 0,
        modelDraftedTokens: UInt64 = 0, acceptedModelDraftTokens: UInt64 = 0, draftModel: String = ""
    ) {
        self.sequence = sequence
        self.waiting = waiting
        self.running = running
        self.maxRunning = maxRunning
        self.freeCacheTokens = freeCacheTokens
        self.totalCacheTokens = totalCacheTokens
        self.prefillTokensPerSecond = prefillTokensPerSecond
        self.stepUsByBatch = stepUsByBatch
        self.models = models
        self.isDraining = isDraining
        self.instance = instance
        self.insertedBlocks = insertedBlocks
        self.evictedBlocks = evictedBlocks
        self.unreadTokens = unreadTokens
        self.preemptions = preemptions
        self.tierMemoryBytes = tierMemoryBytes
        self.tierDiskBytes = tierDiskBytes
        self.blockEvents = blockEvents
        self.paceSamples = paceSamples
        self.draftedTokens = draftedTokens
        self.acceptedDraftTokens = acceptedDraftTokens
        self.modelDraftedTokens = modelDraftedTokens
        self.acceptedModelDraftTokens = acceptedModelDraftTokens
        self.draftModel = draftModel
    }
}
