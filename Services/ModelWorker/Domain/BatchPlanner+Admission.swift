// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Who starts, and from which tokens.
extension BatchPlanner {
    /// Where a request's first tokens come from.
    private struct Source {
        /// Tokens that need not be computed.
        var length = 0
        /// What the tree has of them in the request's own scope.
        var match: PrefixTree.Match?
        /// A pinned prompt's slot, when that has more.
        var pinned: Int?
        /// A saved state, when that has more.
        var state: StateTier.Match?

        var shared: Int { match?.length ?? 0 }
    }

    private enum Place { case started, held, noRoom }

    /// Waiting for another's tokens must save at least this many.
    static let leastShared = 32
    /// What a restore costs beside its bytes: looking it up, checking it, and a step's fixed part.
    private static let restoreSeconds = 0.001
    /// A slow solid-state disk. Better too low: a state that is not fetched is only computed again.
    private static let diskBytesPerSecond = 3e8

    mutating func admit(at now: MonotonicInstant, _ plan: inout StepPlan) {
        guard admitHeld(at: now, &plan) else { return }
        while let lane = waiting.mostUrgent(at: now), let entry = waiting.first(of: lane) {
            let place = order.count < limits.maxRunning ? start(entry, mayHold: true, at: now, &plan) : .noRoom
            // The first that does not fit stops the line: letting smaller ones pass would keep a long prompt waiting
            // for ever.
            if place == .noRoom {
                guard makeRoom(for: entry, at: now, &plan) else { return }
                continue
            }
            waiting.removeFirst(of: lane)
        }
    }

    /// Starts those whose tokens have come. False when one of them finds no room: it goes before all that wait.
    private mutating func admitHeld(at now: MonotonicInstant, _ plan: inout StepPlan) -> Bool {
        var index = 0
        while index < held.count {
            if isStillComing(held[index].cause) {
                index += 1
                continue
            }
            guard order.count < limits.maxRunning,
                start(held[index].entry, mayHold: false, at: now, &plan) == .started
            else { return false }
            held.remove(at: index)
        }
        return true
    }

    private func isStillComing(_ cause: Held.Cause) -> Bool {
        switch cause {
        case .none: return false
        case .fetch(let key): return tier.contains(key)
        case .leader(let id, let length):
            guard let slot = slots[id], let leader = running[slot] else { return false }
            return leader.computed < length
        }
    }

    mutating func removeExpiredHeld(at now: MonotonicInstant) -> [RequestID] {
        let expired = held.filter { $0.entry.demand.deadline.hasPassed(at: now) }.map(\.entry.demand.id)
        if !expired.isEmpty { held.removeAll { expired.contains($0.entry.demand.id) } }
        return expired
    }

    // MARK: Starting

    private mutating func start(
        _ entry: RequestQueue.Entry, mayHold: Bool, at now: MonotonicInstant, _ plan: inout StepPlan
    ) -> Place {
        let demand = entry.demand
        let limit = demand.tokens.count + demand.maxTokens
        let source = source(for: demand, limit: limit, mayFetch: mayHold)
        if mayHold, held.count < limits.maxRunning, let cause = reasonToHold(demand, source) {
            hold(entry, cause)
            return .held
        }
        // What is saved to make room must not push out what is wanted.
        if let state = source.state { tier.use(state.key) }
        guard let slot = takeSlot(sparing: source.match?.source) else { return .noRoom }
        tree.open(slot, in: demand.scope, sharing: source.match)
        let needed = limit - source.shared
        guard tree.pinnedCells + outstanding + needed <= limits.contextTokens else {
            tree.close(slot)
            freeSlots.append(slot)
            return .noRoom
        }
        let length = fill(slot, demand, source, needed: needed)
        outstanding += limit - length
        adapted += demand.scope.adapter.isEmpty ? 0 : 1
        blocks.hold(entry.blocks)
        var kept = entry
        kept.demand.tokens = []
        running[slot] = Running(
            entry: kept, feed: demand.tokens, computed: length, limit: limit, given: demand.tokens.count)
        order.append(slot)
        slots[demand.id] = slot
        note(demand, cached: length, restored: source.state == nil ? 0 : length)
        plan.admitted.append(
            Admission(
                request: demand.id, cachedTokens: length, waited: now - entry.since,
                isReturning: demand.preemptions > 0))
        return .started
    }

    /// Frees cells for a request and gives it what is there already.
    /// - Returns: how many tokens it begins with.
    private mutating func fill(_ slot: Int, _ demand: Demand, _ source: Source, needed: Int) -> Int {
        // Copied before anything is given up: the source may be among that.
        if let pinned = source.pinned {
            pendingActions.append(.copy(from: pinned, to: slot, count: source.length))
        } else if let match = source.match {
            pendingActions.append(.copy(from: match.source, to: slot, count: match.length))
        }
        if let match = source.match { refresh(match.source, usedUpTo: match.length) }
        let passing = source.state.map { max(0, $0.savedTokens - needed) } ?? 0
        while tree.cells + outstanding + needed + passing > limits.contextTokens, !cached.isEmpty {
            close(cached.removeFirst())
        }
        var length = source.length
        if let state = source.state {
            // What was saved just now may have pushed it out.
            if tier.isInMemory(state.key) {
                pendingActions.append(.restore(state.key, to: slot, count: state.length))
            } else {
                length = 0
            }
        }
        tree.append(demand.tokens[source.shared..<max(source.shared, length)], to: slot)
        return length
    }

    private func source(for demand: Demand, limit: Int, mayFetch: Bool) -> Source {
        // The last token is always computed: its logits are what the next one is chosen from.
        let usable = demand.tokens.count - 1
        var source = Source()
        source.match = tree.longestMatch(of: demand.tokens, in: demand.scope, limit: usable)
        source.length = source.shared
        if demand.scope.adapter.isEmpty {
            for prompt in pinned {
                let common = Self.common(prompt.tokens, demand.tokens, atMost: usable)
                if common > source.length {
                    source.length = common
                    source.pinned = prompt.slot
                }
            }
        }
        if let state = tier.longestMatch(of: demand.tokens, in: demand.scope, limit: usable),
            state.place == .memory || mayFetch, pays(state, over: source.length),
            // It comes back whole, into cells of its own, before what is too much is cut off.
            tree.pinnedCells + outstanding + max(limit, state.savedTokens) <= limits.contextTokens
        {
            source = Source(length: state.length, state: state)
        }
        return source
    }

    /// Whether restoring saves more than it costs. Without measured costs a state is taken for the better way.
    private func pays(_ state: StateTier.Match, over length: Int) -> Bool {
        let gained = state.length - length
        guard gained >= StateTier.leastTokens / 2 else { return false }
        guard cost.isKnown, cost.prefillTokensPerSecond > 0 else { return true }
        let speed = state.place == .memory ? restoreBytesPerSecond : Self.diskBytesPerSecond
        return Double(gained) / cost.prefillTokensPerSecond > Double(state.bytes) / speed + Self.restoreSeconds
    }

    private mutating func hold(_ entry: RequestQueue.Entry, _ cause: Held.Cause) {
        if case .fetch(let key) = cause, !isFetching(key) { pendingActions.append(.fetch(key)) }
        held.append(Held(entry: entry, cause: cause))
    }

    private func isFetching(_ key: StateKey) -> Bool {
        held.contains { if case .fetch(key) = $0.cause { true } else { false } }
    }

    /// Tokens that someone is about to compute, or that come from disk, are worth waiting for: eight that share a
    /// system prompt read it once.
    private func reasonToHold(_ demand: Demand, _ source: Source) -> Held.Cause? {
        let usable = demand.tokens.count - 1
        var best: (id: RequestID, length: Int)?
        for slot in order {
            guard let leader = running[slot], leader.missing > 1, !leader.isPaused,
                leader.entry.demand.scope == demand.scope
            else { continue }
            let common = Self.common(leader.feed, demand.tokens, atMost: usable)
            if common >= source.length + Self.leastShared, common > best?.length ?? 0 { best = (leader.id, common) }
        }
        if let best { return .leader(best.id, length: best.length) }
        if let state = source.state, state.place == .disk { return .fetch(state.key) }
        return nil
    }

    private static func common(_ a: [TokenID], _ b: [TokenID], atMost most: Int) -> Int {
        let most = min(most, a.count, b.count)
        var count = 0
        while count < most, a[count] == b[count] { count += 1 }
        return count
    }

    private mutating func note(_ demand: Demand, cached: Int, restored: Int) {
        guard demand.preemptions == 0 else { return }
        ledger.change(demand.scope.salt) { counts in
            counts.requests += 1
            counts.hits += cached > 0 ? 1 : 0
            counts.promptTokens += demand.tokens.count
            counts.cachedTokens += cached
            counts.restoredTokens += restored
        }
    }
}
