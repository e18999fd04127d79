// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Decides which tokens go through the model in the next step.
///
/// Every running stream gets its next token in every step, or in turns where that is cheaper; prompts get what may be
/// added within the budget of a step, the most urgent class first. Requests are admitted by the cells they may need,
/// prompt and answer together, so a running request never finds the cache full. Finished sequences stay as cache and
/// give way, oldest first, to the second tier when there is one.
///
/// A value without clock or I/O: events go in, a plan comes out, the engine performs it. Who starts is in
/// `BatchPlanner+Admission.swift`, who makes room in `BatchPlanner+Room.swift`, what a step holds in
/// `BatchPlanner+Step.swift`, what it checks ahead in `BatchPlanner+Drafts.swift`
/// and `BatchPlanner+Proposals.swift`.
package struct BatchPlanner: Sendable {
    struct Running {
        /// As it waited, without its tokens, which are in `feed`.
        var entry: RequestQueue.Entry
        /// Prompt, resumed and generated tokens. All but the last generated one are in the cache after a step.
        var feed: [TokenID]
        var computed: Int
        /// Length that `feed` may reach: what was reserved.
        var limit: Int
        /// Tokens of `feed` that were there at admission.
        var given: Int
        var isPaused = false
        /// Its last token went out for sampling and no answer came back yet.
        var awaitsToken = false
        var lookup = PromptLookup()
        var rates = FollowRates()
        var trust = DraftGate.Trust()
        /// Foretold tokens that came in the step just computed.
        var confirmed = 0
        var view = DraftView()
        var proposalRates = ProposalRates()
        var proposalTrust = ProposalGate.Trust()

        var id: RequestID { entry.demand.id }
        var adapter: String { entry.demand.scope.adapter }
        /// Tokens generated here, before it made room and since.
        var produced: Int { entry.demand.produced + feed.count - given }
        var missing: Int { feed.count - computed }
        /// Whether one token is missing, as after each generated one. A prompt that lacks one token counts as well,
        /// and does no harm.
        var isDecoding: Bool { missing == 1 }
        var canDecode: Bool { isDecoding && !isPaused && !awaitsToken }
        var isReading: Bool { missing > 1 && !isPaused }

        mutating func follow(least: Int) -> PromptLookup.Outcome? { lookup.follow(feed, least: least) }
    }

    /// A request that could start, and waits for tokens that are about to be there.
    struct Held {
        enum Cause {
            /// The running request that computes this many of its tokens.
            case leader(RequestID, length: Int)
            /// A state on its way from disk.
            case fetch(StateKey)
            /// They are there, or will not come.
            case none
        }
        var entry: RequestQueue.Entry
        var cause: Cause
    }

    /// A prompt that is always held, for every tenant: it belongs to none.
    struct Pinned {
        var tokens: [TokenID]
        var slot: Int
    }

    package private(set) var limits: PlannerLimits
    var waiting: RequestQueue
    /// Requests that wait for shared tokens, in order of arrival. At most `maxRunning`.
    var held: [Held] = []
    /// By slot, so that an index stays valid while others come and go.
    var running: [Running?]
    /// Slots of running requests, in order of admission.
    var order: [Int] = []
    var slots: [RequestID: Int] = [:]
    /// Slots of finished sequences, least recently used first.
    var cached: [Int] = []
    var cachedBlocks: [Int: [UInt64]] = [:]
    /// The same of saved sequences: who comes for them finds them, only a little later.
    var savedBlocks: [StateKey: [UInt64]] = [:]
    var pinned: [Pinned] = []
    var freeSlots: [Int]
    var tree = PrefixTree()
    package internal(set) var tier: StateTier
    var blocks = HeldBlocks()
    package internal(set) var ledger = CacheLedger()
    var pendingActions: [CacheAction] = []
    /// Cells that running requests may still need beyond those they hold.
    var outstanding = 0
    /// Bytes saved since the last plan.
    var savedBytes = 0
    /// Where the next step's decodes begin when there are more than fit.
    var rotation = 0
    var lastAdapter = ""
    /// Running requests with an adapter. While there are none, nobody compares names.
    var adapted = 0
    /// What steps cost. Unknown until the engine has measured it, and then nothing is decided by it.
    package internal(set) var cost = StepCost(points: [])
    var gate = DraftGate()
    /// nil without a draft model.
    var proposals: ProposalGate?
    /// Slots whose sequences the draft model still holds for nothing.
    var forgotten: Set<Int> = []
    package internal(set) var drafts = DraftCounts()
    /// As they were when the last step was settled.
    var settledDrafts = DraftCounts()
    /// How fast states come back from memory.
    var restoreBytesPerSecond = 2e9

    /// - Parameter stateBytesPerToken: size of a saved state, over its tokens; 0 where states cannot be saved.
    package init(limits: PlannerLimits, stateBytesPerToken: Int = 0) {
        self.limits = limits
        let total = limits.maxRunning + limits.maxCached + limits.maxPinned
        waiting = RequestQueue(aging: limits.aging)
        running = Array(repeating: nil, count: total)
        freeSlots = (0..<total).reversed()
        tier = StateTier(limits: limits.tier, bytesPerToken: stateBytesPerToken)
    }

    package var waitingCount: Int { waiting.count + held.count }
    package var runningCount: Int { order.count }
    package var cachedCount: Int { cached.count }
    package var pinnedCount: Int { pinned.count }
    /// Cells a new request could get, cached sequences given up.
    package var freeTokens: Int { max(0, limits.contextTokens - tree.pinnedCells - outstanding) }
    /// Cells that hold something, never too few. What was copied from a pinned prompt or restored beside an equal one
    /// counts for each.
    package var occupiedCells: Int { tree.cells }
    /// Prompt tokens that running requests still have to read.
    package var unreadTokens: Int {
        order.reduce(0) { sum, slot in
            guard let entry = running[slot], entry.missing > 1 else { return sum }
            return sum + entry.missing
        }
    }

    /// The blocks that entered and left the cache since the last call.
    package mutating func takeBlockChanges() -> HeldBlocks.Changes { blocks.takeChanges() }

    /// The tokens behind a plan's item. Read them before the item is completed, and do not keep them.
    package func tokens(of item: BatchItem) -> ArraySlice<TokenID> {
        running[item.slot]?.feed[item.position..<(item.position + item.count)] ?? []
    }

    // MARK: Events

    /// Puts a request in the queue.
    package mutating func enqueue(
        _ demand: Demand, blocks names: [UInt64] = [], at now: MonotonicInstant
    ) throws(AdmissionRefusal) {
        guard !demand.tokens.isEmpty else { throw .emptyPrompt }
        let needed = demand.tokens.count + demand.maxTokens
        let limit = min(limits.contextTokens - pinned.reduce(0) { $0 + $1.tokens.count }, limits.maxRequestTokens)
        guard needed <= limit else { throw .contextLengthExceeded(needed: needed, limit: limit) }
        guard waitingCount < limits.maxWaiting else { throw .queueFull(waiting: waitingCount) }
        waiting.append(RequestQueue.Entry(demand: demand, blocks: names, since: now))
    }

    /// The engine has computed this plan's items.
    package mutating func complete(_ plan: StepPlan) {
        for item in plan.items {
            guard running[item.slot]?.id == item.request else { continue }
            tree.append(tokens(of: item), to: item.slot)
            running[item.slot]?.computed += item.count
            running[item.slot]?.awaitsToken = item.wantsOutput
            outstanding -= item.count
        }
    }

    /// The next token of a running request was chosen.
    package mutating func accept(_ token: TokenID, for id: RequestID) {
        guard let slot = slots[id] else { return }
        running[slot]?.feed.append(token)
        running[slot]?.awaitsToken = false
        follow(slot, token)
    }

    /// A reader that does not keep up must not make us buffer its answer: its sequence skips steps until it does.
    package mutating func setPaused(_ isPaused: Bool, _ id: RequestID) {
        if let slot = slots[id] { running[slot]?.isPaused = isPaused }
    }

    /// Ends a request, running or waiting. What it computed stays as cache.
    package mutating func end(_ id: RequestID) {
        guard let slot = slots[id] else {
            if !waiting.remove(id) { held.removeAll { $0.entry.demand.id == id } }
            return
        }
        retire(slot)
    }

    /// Makes what a running request has read a pinned prompt, and ends the request.
    package mutating func pin(_ id: RequestID) {
        guard let slot = slots.removeValue(forKey: id), let done = running[slot], pinned.count < limits.maxPinned else {
            return end(id)
        }
        running[slot] = nil
        forgetView(slot, done)
        order.removeAll { $0 == slot }
        adapted -= done.adapter.isEmpty ? 0 : 1
        outstanding -= done.limit - done.computed
        pinned.append(Pinned(tokens: Array(done.feed[..<done.computed]), slot: slot))
    }

    /// Gives up every cached sequence. The way out when the engine finds no room against all accounting.
    package mutating func dropCache() {
        for slot in cached { close(slot, saves: false) }
        cached = []
    }

    /// The engine has lost all cells, the pinned prompts' too.
    package mutating func forgetPinned() {
        for prompt in pinned {
            tree.close(prompt.slot)
            freeSlots.append(prompt.slot)
        }
        pinned = []
    }

    // MARK: What the engine measured

    /// What a step costs, once the engine knows.
    package mutating func setCost(_ cost: StepCost) { self.cost = cost }

    package mutating func observe(_ plan: StepPlan, worked: Duration, took: Duration) {
        cost.observe(
            tokens: plan.tokenCount, checked: plan.draftCount, seconds: worked.inSeconds, clock: took.inSeconds)
    }

    /// A state of this size came back from memory.
    package mutating func observe(restoredBytes: Int, took duration: Duration) {
        guard duration > .zero else { return }
        restoreBytesPerSecond += 0.2 * (Double(restoredBytes) / duration.inSeconds - restoreBytesPerSecond)
    }
}
