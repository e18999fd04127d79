// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What a request wants of the planner.
package struct Demand: Sendable {
    package var id: RequestID
    package var scope: PrefixScope
    package var requestClass: RequestClass
    /// Everything the model is to read first: the prompt, then the resumed tokens.
    package var tokens: [TokenID]
    /// At most this many are still to be generated.
    package var maxTokens: Int
    /// Not admitted earlier. The simulated engine's first-token delay; nil for a real one.
    package var notBefore: MonotonicInstant?
    /// Dropped from the queue when it passes; a running request is cancelled by its call.
    package var deadline: Deadline
    /// Tokens at the end of `tokens` that were generated here before the request had to make room.
    var produced = 0
    /// How often it had to make room.
    var preemptions = 0

    package init(
        id: RequestID, scope: PrefixScope, requestClass: RequestClass, tokens: [TokenID], maxTokens: Int,
        notBefore: MonotonicInstant? = nil, deadline: Deadline
    ) {
        self.id = id
        self.scope = scope
        self.requestClass = requestClass
        self.tokens = tokens
        self.maxTokens = maxTokens
        self.notBefore = notBefore
        self.deadline = deadline
    }
}

/// The bounds of a planner.
package struct PlannerLimits: Hashable, Sendable {
    /// Sequences that decode or prefill at the same time.
    package var maxRunning: Int
    /// Finished sequences kept for their prefix.
    package var maxCached: Int
    /// Cells of the key-value cache, shared by all sequences.
    package var contextTokens: Int
    /// Tokens of one request, prompt and answer, that the model was trained for.
    package var maxRequestTokens: Int
    /// Tokens in one step.
    package var batchTokens: Int
    /// Prompt tokens in one step while others decode: what a running stream waits for at most.
    package var prefillChunk: Int
    /// Requests that may wait.
    package var maxWaiting: Int
    /// How long waiting moves a request up one class, so that nothing starves.
    package var aging: Duration
    /// By how much reading prompts may lengthen a step while others decode: a stream waits so much longer for its
    /// next token, and no more. Counts once the engine's cost is known; until then `prefillChunk` alone does.
    package var stepBudget = Duration.milliseconds(100)
    /// What is kept of sequences that leave the cache.
    package var tier = StateTier.Limits.none
    /// Cells that finished sequences may keep where there is a second tier. Every token looks over all cells in use,
    /// and a sequence comes back from memory in a thousandth of the time that computing it takes.
    package var idleCells = 256
    /// A batch request makes room for more urgent ones only before it has generated so many tokens: beyond that, too
    /// much work would be lost or moved.
    package var youngTokens = 64
    /// How often one request makes room, so that it ends some day.
    package var maxPreemptions = 2
    /// Prompts that are read at start and never given up, and a slot for each.
    package var maxPinned = 0
    /// Foretold tokens of one answer that a step may check; 0: none is.
    package var draftTokens = 0
    /// Tokens that must be equal for a place of the text to foretell what comes.
    package var draftMatch = 3
    /// Tokens of an answer that a draft model sees at most.
    package var draftWindow = 512
    /// Tests ask for drafts at any cost: what they show must not depend on a machine's speed.
    package var draftsAlways = false

    package init(
        maxRunning: Int, maxCached: Int, contextTokens: Int, maxRequestTokens: Int, batchTokens: Int,
        prefillChunk: Int, maxWaiting: Int, aging: Duration = .seconds(5)
    ) {
        self.maxRunning = maxRunning
        self.maxCached = maxCached
        self.contextTokens = contextTokens
        self.maxRequestTokens = maxRequestTokens
        self.batchTokens = batchTokens
        self.prefillChunk = prefillChunk
        self.maxWaiting = maxWaiting
        self.aging = aging
    }
}

/// Why a request was not taken.
package enum AdmissionRefusal: Error, Hashable, Sendable {
    /// The waiting queue is full.
    case queueFull(waiting: Int)
    /// Prompt and answer together do not fit the context.
    case contextLengthExceeded(needed: Int, limit: Int)
    /// There is nothing to read.
    case emptyPrompt
}

/// What the engine must do to its cache before the step's batch.
package enum CacheAction: Hashable, Sendable {
    /// Give `to` the first `count` tokens of `from`.
    case copy(from: Int, to: Int, count: Int)
    /// Forget the sequence.
    case drop(Int)
    /// Keep the sequence's state under a key, before it is dropped.
    case save(Int, as: StateKey)
    /// Fill `to` from a saved state and keep its first `count` tokens.
    case restore(StateKey, to: Int, count: Int)
    /// Move a saved state from memory to disk.
    case spill(StateKey)
    /// Read a saved state from disk; `BatchPlanner.fetched` tells the outcome.
    case fetch(StateKey)
    /// Forget a saved state.
    case discard(StateKey)
}

/// One request's part of a step.
package struct BatchItem: Hashable, Sendable {
    package var request: RequestID
    package var slot: Int
    /// Position of the first token in its sequence.
    package var position: Int
    /// How many tokens of the request's feed, from `position` on. The tokens themselves stay with the planner
    /// (`BatchPlanner.tokens(of:)`): a slice held here would make every append to the feed copy all of it.
    package var count: Int
    /// Whether the last token's logits are wanted: the next token is to be chosen.
    package var wantsOutput: Bool
    /// What the source of a quotation has next. Computed behind the item's own tokens, each with its logits; what turns
    /// out wrong is taken away again.
    package var draft: [TokenID] = []
    /// Who foretold it.
    package var source = DraftSource.lookup
    /// What the draft model is to be asked before the step; what it answers becomes `draft`.
    package var ask: DraftAsk?
}

/// Who foretells tokens.
package enum DraftSource: String, Hashable, CaseIterable, Sendable {
    /// An earlier place of the text.
    case lookup
    /// A draft model.
    case model
}

/// A request that began to run.
package struct Admission: Hashable, Sendable {
    package var request: RequestID
    /// Leading tokens that need not be computed, restored ones counted in.
    package var cachedTokens: Int
    package var waited: Duration
    /// It ran before and had to make room.
    package var isReturning = false
}

/// What happens in the next step.
package struct StepPlan: Sendable {
    package var actions: [CacheAction] = []
    package var admitted: [Admission] = []
    /// Requests whose deadline passed in the queue.
    package var expired: [RequestID] = []
    /// Requests that had to make room and wait again.
    package var preempted: [RequestID] = []
    /// The adapter of every item: an engine computes a step under one.
    package var adapter = ""
    package var items: [BatchItem] = []
    /// Slots whose sequences the draft model is to forget first. Empty in a plan that asks nothing of it.
    package var forgotten: [Int] = []
    /// When to plan again although nothing happened: the next `notBefore` or deadline of the queue.
    package var wakeAt: MonotonicInstant?

    package init() {}
    package var tokenCount: Int { items.reduce(0) { $0 + $1.count + $1.draft.count } }
    package var draftCount: Int { items.reduce(0) { $0 + $1.draft.count } }
    package var asks: Bool { items.contains { $0.ask != nil } }
    package func draftCount(of source: DraftSource) -> Int {
        items.reduce(0) { $0 + ($1.source == source ? $1.draft.count : 0) }
    }
}
