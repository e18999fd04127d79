// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Decides which tokens go through the model in the next step.
///
/// Every running stream gets its next token in every step; what is left of the step, bounded by `prefillChunk`, goes to
/// prompts in order of admission. Requests are admitted by the cells they may need, prompt and answer together, so a
/// running request never finds the cache full. Finished sequences stay as cache and give way, oldest first.
///
/// A value without clock or I/O: events go in, a plan comes out, the engine performs it.
package struct BatchPlanner: Sendable {
    private struct Running {
        var id: RequestID
        /// Prompt, resumed and generated tokens. All but the last generated one are in the cache after a step.
        var feed: [TokenID]
        var computed: Int
        /// Length that `feed` may reach: what was reserved.
        var limit: Int
        var blocks: [UInt64]
        var isPaused = false
        /// Its last token went out for sampling and no answer came back yet.
        var awaitsToken = false

        var missing: Int { feed.count - computed }
        /// Whether one token is missing, as after each generated one. A prompt that lacks one token counts as well,
        /// and does no harm.
        var isDecoding: Bool { missing == 1 }
    }

    package private(set) var limits: PlannerLimits
    private var waiting: RequestQueue
    /// By slot, so that an index stays valid while others come and go.
    private var running: [Running?]
    /// Slots of running requests, in order of admission.
    private var order: [Int] = []
    private var slots: [RequestID: Int] = [:]
    /// Slots of finished sequences, least recently used first.
    private var cached: [Int] = []
    private var cachedBlocks: [Int: [UInt64]] = [:]
    private var freeSlots: [Int]
    private var tree = PrefixTree()
    private var blocks = HeldBlocks()
    private var pendingActions: [CacheAction] = []
    /// Cells that running requests may still need beyond those they hold.
    private var outstanding = 0
    /// Where the next step's decodes begin when there are more than fit.
    private var rotation = 0

    package init(limits: PlannerLimits) {
        self.limits = limits
        let total = limits.maxRunning + limits.maxCached
        waiting = RequestQueue(aging: limits.aging)
        running = Array(repeating: nil, count: total)
        freeSlots = (0..<total).reversed()
    }

    package var waitingCount: Int { waiting.count }
    package var runningCount: Int { order.count }
    package var cachedCount: Int { cached.count }
    /// Cells a new request could get, cached sequences given up.
    package var freeTokens: Int { max(0, limits.contextTokens - tree.pinnedCells - outstanding) }
    package var occupiedCells: Int { tree.cells }

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
        let limit = min(limits.contextTokens, limits.maxRequestTokens)
        guard needed <= limit else { throw .contextLengthExceeded(needed: needed, limit: limit) }
        guard waiting.count < limits.maxWaiting else { throw .queueFull(waiting: waiting.count) }
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
    }

    /// A reader that does not keep up must not make us buffer its answer: its sequence skips steps until it does.
    package mutating func setPaused(_ isPaused: Bool, _ id: RequestID) {
        if let slot = slots[id] { running[slot]?.isPaused = isPaused }
    }

    /// Ends a request, running or waiting. What it computed stays as cache.
    package mutating func end(_ id: RequestID) {
        guard let slot = slots.removeValue(forKey: id), let done = running[slot] else {
            _ = waiting.remove(id)
            return
        }
        running[slot] = nil
        order.removeAll { $0 == slot }
        outstanding -= done.limit - done.computed
        tree.unpin(slot)
        cachedBlocks[slot] = done.blocks
        if limits.maxCached > 0, tree.length(of: slot) > 0 { cached.append(slot) } else { close(slot) }
    }

    /// Gives up every cached sequence. The way out when the engine finds no room against all accounting.
    package mutating func dropCache() {
        for slot in cached { close(slot) }
        cached = []
    }

    /// Sets how many prompt tokens may join a decode step, once the engine has measured what one costs.
    package mutating func setPrefillChunk(_ tokens: Int) { limits.prefillChunk = max(1, tokens) }

    // MARK: The plan

    package mutating func plan(at now: MonotonicInstant) -> StepPlan {
        var plan = StepPlan()
        plan.expired = waiting.removeExpired(at: now)
        while order.count < limits.maxRunning, let lane = waiting.mostUrgent(at: now),
            admitFirst(of: lane, at: now, &plan)
        {}
        plan.actions = pendingActions
        pendingActions = []
        let decodes = planDecodes(&plan)
        let room = limits.batchTokens - decodes
        planPrefill(room: decodes == 0 ? room : min(limits.prefillChunk, room), &plan)
        plan.wakeAt = waiting.nextMoment(after: now)
        return plan
    }

    /// Starts the first request of a class, or says no. The first that does not fit stops the line: letting smaller
    /// ones pass would keep a long prompt waiting for ever.
    private mutating func admitFirst(of lane: RequestClass, at now: MonotonicInstant, _ plan: inout StepPlan) -> Bool {
        guard let entry = waiting.first(of: lane) else { return false }
        let demand = entry.demand
        // The last token is always computed: its logits are what the next one is chosen from.
        let match = tree.longestMatch(of: demand.tokens, in: demand.scope, limit: demand.tokens.count - 1)
        let length = match?.length ?? 0
        let limit = demand.tokens.count + demand.maxTokens
        guard let slot = takeSlot(sparing: match?.source) else { return false }
        tree.open(slot, in: demand.scope, sharing: match)
        let needed = limit - length
        guard tree.pinnedCells + outstanding + needed <= limits.contextTokens else {
            tree.close(slot)
            freeSlots.append(slot)
            return false
        }
        if let match {
            pendingActions.append(.copy(from: match.source, to: slot, count: length))
            refresh(match.source, usedUpTo: length)
        }
        while tree.cells + outstanding + needed > limits.contextTokens, !cached.isEmpty { close(cached.removeFirst()) }
        outstanding += needed
        blocks.hold(entry.blocks)
        running[slot] = Running(
            id: demand.id, feed: demand.tokens, computed: length, limit: limit, blocks: entry.blocks)
        order.append(slot)
        slots[demand.id] = slot
        plan.admitted.append(Admission(request: demand.id, cachedTokens: length, waited: now - entry.since))
        waiting.removeFirst(of: lane)
        return true
    }

    private mutating func planDecodes(_ plan: inout StepPlan) -> Int {
        guard !order.isEmpty else { return 0 }
        var count = 0
        let start = rotation % order.count
        for offset in 0..<order.count {
            let at = (start + offset) % order.count
            let slot = order[at]
            guard let entry = running[slot], entry.isDecoding, !entry.isPaused, !entry.awaitsToken else { continue }
            if count == limits.batchTokens {
                rotation = at
                break
            }
            add(entry, slot: slot, count: 1, &plan)
            count += 1
        }
        return count
    }

    private func planPrefill(room: Int, _ plan: inout StepPlan) {
        var room = room
        for slot in order {
            guard room > 0 else { return }
            guard let entry = running[slot], entry.missing > 1, !entry.isPaused else { continue }
            let count = min(entry.missing, room)
            add(entry, slot: slot, count: count, &plan)
            room -= count
        }
    }

    private func add(_ entry: Running, slot: Int, count: Int, _ plan: inout StepPlan) {
        plan.items.append(
            BatchItem(
                request: entry.id, slot: slot, position: entry.computed, count: count,
                wantsOutput: count == entry.missing))
    }

    // MARK: Slots

    private mutating func takeSlot(sparing kept: Int?) -> Int? {
        if freeSlots.isEmpty, let at = cached.firstIndex(where: { $0 != kept }) { close(cached.remove(at: at)) }
        return freeSlots.popLast()
    }

    /// Marks a cached sequence as just used. One that the new request wholly contains has nothing left to offer.
    private mutating func refresh(_ slot: Int, usedUpTo length: Int) {
        guard let at = cached.firstIndex(of: slot) else { return }
        cached.remove(at: at)
        if tree.length(of: slot) == length { close(slot) } else { cached.append(slot) }
    }

    private mutating func close(_ slot: Int) {
        tree.close(slot)
        if let names = cachedBlocks.removeValue(forKey: slot) { blocks.release(names) }
        pendingActions.append(.drop(slot))
        freeSlots.append(slot)
    }
}
