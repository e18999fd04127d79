// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Who makes room, and what becomes of what was there: the second tier.
extension BatchPlanner {
    /// Saved in one step at most: copying takes a tenth of a millisecond a megabyte, and the streams wait for it. What
    /// is over it is dropped unsaved.
    static let maxSavedBytes = 64 << 20

    /// The engine could not restore what an admission was promised: the request begins anew, without it. Plan again.
    /// - Returns: the request.
    package mutating func restoreFailed(_ key: StateKey, of slot: Int, isDamaged: Bool) -> RequestID? {
        if isDamaged { stateLost(key) } else { stateGone(key) }
        return beginAnew(slot)
    }

    /// A request was to begin with what is not there: it begins with nothing. Also for who was to copy from one whose
    /// state could not be restored.
    package mutating func beginAnew(_ slot: Int) -> RequestID? {
        guard let entry = running[slot] else { return nil }
        outstanding += entry.computed
        tree.close(slot)
        tree.open(slot, in: entry.entry.demand.scope, sharing: nil)
        pendingActions.append(.drop(slot))
        running[slot]?.computed = 0
        return entry.id
    }

    /// A saved state is damaged. Its requests compute their prompts.
    package mutating func stateLost(_ key: StateKey) {
        if let scope = tier.scope(of: key) { ledger.change(scope.salt) { $0.corruptions += 1 } }
        stateGone(key)
    }

    /// A saved state could not be kept.
    package mutating func stateGone(_ key: StateKey) {
        append(tier.remove(key))
        release(heldFor: key)
    }

    /// A state was read from disk, and is in memory now.
    package mutating func fetched(_ key: StateKey) {
        append(tier.promote(key))
        release(heldFor: key)
    }

    /// Takes in what an earlier process left on disk.
    package mutating func adopt(_ tokens: [TokenID], in scope: PrefixScope) -> StateKey? {
        tier.adopt(tokens, in: scope)
    }

    private mutating func release(heldFor key: StateKey) {
        for index in held.indices {
            if case .fetch(key) = held[index].cause { held[index].cause = .none }
        }
    }

    // MARK: Making room

    /// Takes one young batch request off, if that can help a more urgent one in.
    mutating func makeRoom(
        for entry: RequestQueue.Entry, at now: MonotonicInstant, _ plan: inout StepPlan
    ) -> Bool {
        guard entry.demand.requestClass != .batch else { return false }
        let rank = waiting.rank(entry.demand.requestClass, since: entry.since, at: now)
        let young = order.filter { slot in
            guard let other = running[slot], other.entry.demand.requestClass == .batch else { return false }
            return other.produced < limits.youngTokens && other.entry.demand.preemptions < limits.maxPreemptions
                && !other.awaitsToken && waiting.rank(.batch, since: other.entry.since, at: now) > rank
        }
        let freed = young.reduce(0) { $0 + (running[$1]?.limit ?? 0) }
        guard let victim = young.last, entry.demand.tokens.count + entry.demand.maxTokens <= freeTokens + freed else {
            return false
        }
        plan.preempted += preempt(victim)
        return true
    }

    private mutating func preempt(_ slot: Int) -> [RequestID] {
        guard let victim = running[slot] else { return [] }
        retire(slot)
        var entry = victim.entry
        entry.demand.tokens = victim.feed
        entry.demand.maxTokens = victim.limit - victim.feed.count
        entry.demand.produced = victim.produced
        entry.demand.preemptions += 1
        waiting.prepend(entry)
        return [victim.id]
    }

    /// A running request stops; its sequence becomes cache.
    mutating func retire(_ slot: Int) {
        guard let done = running[slot] else { return }
        slots[done.id] = nil
        running[slot] = nil
        forgetView(slot, done)
        order.removeAll { $0 == slot }
        outstanding -= done.limit - done.computed
        adapted -= done.adapter.isEmpty ? 0 : 1
        tree.unpin(slot)
        cachedBlocks[slot] = done.entry.blocks
        guard limits.maxCached > 0, tree.length(of: slot) > 0 else { return close(slot, saves: false) }
        cached.append(slot)
        guard tier.limits.isEnabled else { return }
        while tree.cells - tree.pinnedCells > limits.idleCells, cached.count > 1 { close(cached.removeFirst()) }
    }

    mutating func takeSlot(sparing kept: Int?) -> Int? {
        if freeSlots.isEmpty, let at = cached.firstIndex(where: { $0 != kept }) { close(cached.remove(at: at)) }
        return freeSlots.popLast()
    }

    /// Marks a cached sequence as just used. One that the new request wholly contains has nothing left to offer.
    mutating func refresh(_ slot: Int, usedUpTo length: Int) {
        guard let at = cached.firstIndex(of: slot) else { return }
        cached.remove(at: at)
        if tree.length(of: slot) == length { close(slot, saves: false) } else { cached.append(slot) }
    }

    mutating func close(_ slot: Int, saves: Bool = true) {
        let names = cachedBlocks.removeValue(forKey: slot) ?? []
        if saves, let key = save(slot) { savedBlocks[key] = names } else { blocks.release(names) }
        tree.close(slot)
        pendingActions.append(.drop(slot))
        freeSlots.append(slot)
    }

    /// - Returns: the key of what was saved; nil when it was not.
    private mutating func save(_ slot: Int) -> StateKey? {
        guard let (scope, tokens) = tree.contents(of: slot) else { return nil }
        ledger.change(scope.salt) { $0.evictions += 1 }
        let bytes = tier.bytes(for: tokens.count)
        guard tier.limits.isEnabled, savedBytes + bytes <= Self.maxSavedBytes,
            tree.exclusiveCount(of: slot) >= StateTier.leastTokens / 2, let added = tier.add(tokens, in: scope)
        else { return nil }
        savedBytes += bytes
        pendingActions.append(.save(slot, as: added.key))
        append(added.actions)
        return added.key
    }

    /// Has the second tier's wishes performed; what it forgets is held no longer.
    private mutating func append(_ actions: [CacheAction]) {
        for case .discard(let key) in actions {
            if let names = savedBlocks.removeValue(forKey: key) { blocks.release(names) }
        }
        pendingActions += actions
    }
}
