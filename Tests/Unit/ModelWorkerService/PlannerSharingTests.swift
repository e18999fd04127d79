// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives
import TestKit
import Testing

/// Pinned prompts, the second tier, shared prompts that are being read, and making room.
struct PlannerSharingTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    private let scope = PrefixScope(salt: [1], adapter: "")

    private func planner(
        running: Int = 4, cached: Int = 4, context: Int = 512, batch: Int = 64, memory: Int = 0, disk: Int = 0,
        pinned: Int = 0
    ) -> BatchPlanner {
        var limits = PlannerLimits(
            maxRunning: running, maxCached: cached, contextTokens: context, maxRequestTokens: context,
            batchTokens: batch, prefillChunk: 16, maxWaiting: 32)
        limits.tier = StateTier.Limits(memoryBytes: memory, diskBytes: disk)
        limits.maxPinned = pinned
        return BatchPlanner(limits: limits, stateBytesPerToken: 1)
    }

    private func demand(
        _ id: UInt64, _ tokens: [TokenID], max: Int = 8, class: RequestClass = .standard, scope: PrefixScope? = nil
    ) -> Demand {
        Demand(
            id: RequestID(id), scope: scope ?? self.scope, requestClass: `class`, tokens: tokens, maxTokens: max,
            deadline: .distantFuture)
    }

    @discardableResult
    private func step(_ planner: inout BatchPlanner, at now: MonotonicInstant? = nil) -> StepPlan {
        let plan = planner.plan(at: now ?? start)
        planner.complete(plan)
        for item in plan.items where item.wantsOutput { planner.accept(500, for: item.request) }
        return plan
    }

    private func finish(_ planner: inout BatchPlanner, _ id: UInt64, _ tokens: [TokenID]) throws {
        try planner.enqueue(demand(id, tokens), at: start)
        while planner.waitingCount > 0 || planner.unreadTokens > 0 { step(&planner) }
        planner.end(RequestID(id))
    }

    @Test func eightThatShareASystemPromptReadItOnce() throws {
        var planner = planner(running: 8, context: 4_096)
        let system = Array(1_000..<1_100) as [TokenID]
        for id in 1...8 as ClosedRange<UInt64> {
            try planner.enqueue(demand(id, system + [TokenID(id), 9]), at: start)
        }
        var read = 0
        var cached: [UInt64: Int] = [:]
        for _ in 0..<20 {
            let plan = step(&planner)
            for admission in plan.admitted { cached[admission.request.number] = admission.cachedTokens }
            read += plan.items.filter { $0.position < 102 }.reduce(0) { $0 + min($1.count, 102 - $1.position) }
        }
        #expect(cached == [1: 0, 2: 100, 3: 100, 4: 100, 5: 100, 6: 100, 7: 100, 8: 100])
        #expect(read == 102 + 7 * 2)
    }

    @Test func whoWaitsForALeaderThatLeavesReadsItself() throws {
        var planner = planner()
        let tokens = Array(1_000..<1_200) as [TokenID]
        try planner.enqueue(demand(1, tokens), at: start)
        try planner.enqueue(demand(2, tokens + [7]), at: start)
        #expect(step(&planner).admitted.map(\.request) == [RequestID(1)])
        #expect(planner.waitingCount == 1)
        planner.end(RequestID(1))
        let plan = step(&planner)
        #expect(plan.admitted.map(\.request) == [RequestID(2)] && plan.admitted[0].cachedTokens == 64)
        try planner.enqueue(demand(3, tokens + [8]), at: start)
        step(&planner)
        planner.end(RequestID(3))
        #expect(planner.waitingCount == 0, "cancelled while it waited for another's tokens")
    }

    @Test func aPinnedPromptServesEveryTenantAndShowsNoneAnothers() throws {
        var planner = planner(running: 2, cached: 2, context: 1_024, pinned: 1)
        let system = Array(1_000..<1_050) as [TokenID]
        try planner.enqueue(demand(.max, system, max: 1, scope: PrefixScope(salt: [], adapter: "")), at: start)
        step(&planner)
        planner.pin(RequestID(.max))
        #expect(planner.pinnedCount == 1 && planner.runningCount == 0)
        for tenant in 1...6 as ClosedRange<UInt8> {
            let own = PrefixScope(salt: [tenant], adapter: "")
            try planner.enqueue(demand(UInt64(tenant), system + [77, 78, 79], scope: own), at: start)
            let plan = step(&planner)
            // The question is the same as the tenant's before, and is not found.
            #expect(plan.admitted.map(\.cachedTokens) == [50])
            planner.end(RequestID(UInt64(tenant)))
        }
        try planner.enqueue(demand(50, system + [1], scope: PrefixScope(salt: [1], adapter: "poet")), at: start)
        #expect(step(&planner).admitted.map(\.cachedTokens) == [0], "an adapter computes other keys and values")
        planner.dropCache()
        try planner.enqueue(demand(51, system + [1]), at: start)
        #expect(step(&planner).admitted.map(\.cachedTokens) == [50], "never given up")
    }

    @Test func whatLeavesTheCacheComesBackFromTheTier() throws {
        var planner = planner(running: 1, cached: 1, memory: 1_000)
        let first = Array(1_000..<1_080) as [TokenID]
        try finish(&planner, 1, first)
        try finish(&planner, 2, Array(2_000..<2_080))
        try planner.enqueue(demand(3, Array(3_000..<3_080)), at: start)
        let evicting = step(&planner)
        let saved = try #require(evicting.actions.firstIndex { if case .save = $0 { true } else { false } })
        let dropped = try #require(evicting.actions.firstIndex { if case .drop = $0 { true } else { false } })
        #expect(saved < dropped)
        planner.end(RequestID(3))
        try planner.enqueue(demand(4, first + [5, 6]), at: start)
        let plan = step(&planner)
        #expect(plan.admitted.map(\.cachedTokens) == [80])
        #expect(plan.actions.contains { if case .restore(_, _, count: 80) = $0 { true } else { false } })
        #expect(planner.ledger.total.restoredTokens == 80 && planner.ledger.total.hits == 1)
        #expect(planner.ledger.total.evictions >= 1)
    }

    @Test func aDamagedStateIsComputedAgainAndCounted() throws {
        var planner = planner(running: 1, cached: 1, memory: 1_000)
        let first = Array(1_000..<1_060) as [TokenID]
        try finish(&planner, 1, first)
        try finish(&planner, 2, Array(2_000..<2_060))
        try finish(&planner, 3, Array(3_000..<3_060))
        try planner.enqueue(demand(4, first + [5, 6]), at: start)
        let plan = planner.plan(at: start)
        let restore = try #require(
            plan.actions.compactMap { if case .restore(let key, let slot, _) = $0 { (key, slot) } else { nil } }.first)
        let request = planner.restoreFailed(restore.0, of: restore.1, isDamaged: true)
        #expect(request == RequestID(4))
        let again = planner.plan(at: start)
        #expect(again.actions.contains(.discard(restore.0)) && again.actions.contains(.drop(restore.1)))
        #expect(again.items.map(\.position) == [0] && again.items.map(\.count) == [62])
        #expect(planner.ledger.total.corruptions == 1)
    }

    @Test func aStateOnDiskIsWaitedForAndAMissingOneIsNot() throws {
        var planner = planner(running: 1, cached: 1, memory: 130, disk: 1_000)
        let first = Array(1_000..<1_060) as [TokenID]
        for id in 1...6 as ClosedRange<UInt64> { try finish(&planner, id, (0..<60).map { TokenID(id) * 1_000 + $0 }) }
        #expect(planner.tier.diskBytes > 0)
        try planner.enqueue(demand(7, first + [5, 6]), at: start)
        let asks = step(&planner)
        let key = try #require(
            asks.actions.compactMap { if case .fetch(let key) = $0 { key } else { nil } }.first)
        #expect(asks.admitted.isEmpty && planner.waitingCount == 1)
        var other = planner
        planner.fetched(key)
        #expect(step(&planner).admitted.map(\.cachedTokens) == [60])
        other.stateLost(key)
        #expect(step(&other).admitted.map(\.cachedTokens) == [0])
        #expect(other.ledger.total.corruptions == 1)
    }

    @Test func youngBatchWorkMakesRoomForUrgentWorkAndGoesOn() throws {
        var planner = planner(running: 2)
        try planner.enqueue(demand(1, [1, 2, 3], max: 100, class: .batch), at: start)
        try planner.enqueue(demand(2, [4, 5, 6], max: 100, class: .batch), at: start)
        for _ in 0..<10 { step(&planner) }
        try planner.enqueue(demand(3, [7, 8], class: .premium), at: start)
        let plan = step(&planner)
        #expect(plan.preempted == [RequestID(2)] && plan.admitted.map(\.request) == [RequestID(3)])
        planner.end(RequestID(3))
        let back = step(&planner)
        #expect(back.admitted.map(\.request) == [RequestID(2)] && back.admitted[0].isReturning)
        // Nine generated tokens were computed, the tenth is read now.
        let item = try #require(back.items.first { $0.request == RequestID(2) })
        #expect(item.position == 12 && item.count == 1)
    }

    @Test func neitherEqualsNorOldWorkMakeRoom() throws {
        for (running, urgent) in [(.standard, .premium), (.batch, .batch)] as [(RequestClass, RequestClass)] {
            var planner = planner(running: 1)
            try planner.enqueue(demand(1, [1, 2], max: 100, class: running), at: start)
            step(&planner)
            try planner.enqueue(demand(2, [3], class: urgent), at: start)
            #expect(step(&planner).preempted.isEmpty)
        }
        var planner = planner(running: 1)
        try planner.enqueue(demand(1, [1, 2], max: 200, class: .batch), at: start)
        for _ in 0..<70 { step(&planner) }
        try planner.enqueue(demand(2, [3], class: .premium), at: start)
        #expect(step(&planner).preempted.isEmpty, "sixty-four tokens are too many to lose")
    }

    @Test func nobodyMakesRoomForEver() throws {
        var planner = planner(running: 1)
        try planner.enqueue(demand(1, [1, 2], max: 100, class: .batch), at: start)
        step(&planner)
        var times = 0
        for id in 10...20 as ClosedRange<UInt64> {
            try planner.enqueue(demand(id, [3], class: .premium), at: start)
            times += step(&planner).preempted.count
            planner.end(RequestID(id))
            step(&planner)
        }
        #expect(times == 2)
    }

    @Test func streamsOfTwoAdaptersTakeTurns() throws {
        var planner = planner()
        for (id, adapter) in [(1, ""), (2, "a"), (3, "b"), (4, "a")] as [(UInt64, String)] {
            try planner.enqueue(
                demand(id, [1, 2], max: 50, scope: PrefixScope(salt: [1], adapter: adapter)), at: start)
        }
        var seen: [String: Set<RequestID>] = [:]
        for _ in 0..<9 {
            let plan = step(&planner)
            seen[plan.adapter, default: []].formUnion(plan.items.map(\.request))
        }
        #expect(seen == ["": [RequestID(1)], "a": [RequestID(2), RequestID(4)], "b": [RequestID(3)]])
    }

    @Test func withATierFewCellsStayIdleAndTheirBlocksAreStillHeld() throws {
        var limits = PlannerLimits(
            maxRunning: 1, maxCached: 8, contextTokens: 4_096, maxRequestTokens: 4_096, batchTokens: 256,
            prefillChunk: 16, maxWaiting: 32)
        limits.tier = StateTier.Limits(memoryBytes: 250)
        limits.idleCells = 150
        var planner = BatchPlanner(limits: limits, stateBytesPerToken: 1)
        for id in 1...5 as ClosedRange<UInt64> {
            try planner.enqueue(demand(id, (0..<100).map { TokenID(id) * 1_000 + $0 }), blocks: [id], at: start)
            step(&planner)
            planner.end(RequestID(id))
            #expect(planner.occupiedCells <= 150)
        }
        step(&planner)
        // One in the cells, two in memory; the others are gone, and only they are reported as gone.
        #expect(planner.takeBlockChanges() == HeldBlocks.Changes(inserted: [3, 4, 5], evicted: [1, 2]))
    }

    /// Goal: with everything on, whatever comes in whatever order, every sequence holds the tokens its items build on,
    /// every request gets each of its tokens once, and cells are never overbooked.
    /// Method: random demands of three classes and two tenants from a small alphabet, a mock cache with states that are
    /// now and then damaged, late or lost.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func whateverComesEverySequenceIsWhole(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        var planner = planner(running: 3, cached: 3, context: 320, batch: 48, memory: 150, disk: 200, pinned: 1)
        var cells = CellsWithStates()
        var feeds: [UInt64: [TokenID]] = [:]
        var ends: [UInt64: Int] = [:]
        var last: UInt64 = 0
        let system = (0..<34).map { TokenID($0 % 3) }
        try planner.enqueue(demand(.max, system, max: 1, scope: PrefixScope(salt: [], adapter: "")), at: start)
        let pinning = planner.plan(at: start)
        for item in pinning.items { cells.append(Array(planner.tokens(of: item)), to: item.slot) }
        planner.complete(pinning)
        planner.pin(RequestID(.max))
        var now = start
        var (restored, preempted, returned) = (0, 0, 0)
        for _ in 0..<1_500 {
            now = now + .milliseconds(20)
            if Int.random(in: 0..<4, using: &random) == 0, planner.waitingCount < 20 {
                last += 1
                let prefix = Int.random(in: 0..<3, using: &random) == 0 ? system : []
                let tokens =
                    prefix
                    + (0..<Int.random(in: 1...90, using: &random)).map { at in
                        at % 7 == 0 ? TokenID.random(in: 0..<2, using: &random) : TokenID(at % 3)
                    }
                let max = Int.random(in: 1...30, using: &random)
                feeds[last] = tokens
                ends[last] = tokens.count + max
                try planner.enqueue(
                    demand(
                        last, tokens, max: max, class: RequestClass.allCases.randomElement(using: &random) ?? .batch,
                        scope: PrefixScope(salt: [UInt8.random(in: 1...2, using: &random)], adapter: "")), at: now)
            }
            let plan = planner.plan(at: now)
            preempted += plan.preempted.count
            returned += plan.admitted.count { $0.isReturning }
            guard cells.perform(plan.actions, &planner, &random, &restored) else { continue }
            for item in plan.items {
                let feed = try #require(feeds[item.request.number])
                #expect(cells.tokens(of: item.slot) == Array(feed[..<item.position]))
                let tokens = Array(planner.tokens(of: item))
                #expect(tokens == Array(feed[item.position..<(item.position + item.count)]))
                #expect(item.wantsOutput == (item.position + item.count == feed.count))
                cells.append(tokens, to: item.slot)
            }
            planner.complete(plan)
            #expect(cells.count <= planner.occupiedCells && planner.occupiedCells <= 320)
            for item in plan.items where item.wantsOutput {
                let id = item.request.number
                let token = TokenID.random(in: 0..<2, using: &random)
                feeds[id]?.append(token)
                planner.accept(token, for: item.request)
                if feeds[id]?.count == ends[id] || Int.random(in: 0..<20, using: &random) == 0 {
                    feeds[id] = nil
                    planner.end(item.request)
                }
            }
        }
        #expect(restored > 0 && preempted > 0 && returned > 0, "\(restored), \(preempted), \(returned)")
    }
}

/// Cells with owners, and saved sequences, as the engine has them.
private struct CellsWithStates {
    private var sequences: [Int: [(token: TokenID, cell: Int)]] = [:]
    private var states: [StateKey: [TokenID]] = [:]
    private var onDisk: Set<StateKey> = []
    private var nextCell = 0

    var count: Int { Set(sequences.values.flatMap { $0.map(\.cell) }).count }
    func tokens(of slot: Int) -> [TokenID] { (sequences[slot] ?? []).map(\.token) }

    /// Whether the plan's items are good.
    mutating func perform(
        _ actions: [CacheAction], _ planner: inout BatchPlanner, _ random: inout SeededRandomness, _ restored: inout Int
    ) -> Bool {
        var empty: Set<Int> = []
        for action in actions {
            switch action {
            case .copy(let source, let target, _) where empty.contains(source):
                empty.insert(target)
                _ = planner.beginAnew(target)
            case .copy(let source, let target, let count):
                #expect(sequences[target] == nil)
                sequences[target] = Array((sequences[source] ?? []).prefix(count))
            case .drop(let slot): sequences[slot] = nil
            case .save(let slot, let key): states[key] = tokens(of: slot)
            case .restore(let key, let slot, let count):
                #expect(sequences[slot] == nil && !onDisk.contains(key))
                guard let state = states[key], Int.random(in: 0..<10, using: &random) > 0 else {
                    empty.insert(slot)
                    _ = planner.restoreFailed(key, of: slot, isDamaged: true)
                    continue
                }
                restored += 1
                append(Array(state.prefix(count)), to: slot)
            case .spill(let key):
                onDisk.insert(key)
                if Int.random(in: 0..<10, using: &random) == 0 { planner.stateGone(key) }
            case .fetch(let key):
                onDisk.remove(key)
                if Bool.random(using: &random) { planner.fetched(key) } else { planner.stateLost(key) }
            case .discard(let key):
                states[key] = nil
                onDisk.remove(key)
            }
        }
        return empty.isEmpty
    }

    mutating func append(_ tokens: [TokenID], to slot: Int) {
        for token in tokens {
            sequences[slot, default: []].append((token, nextCell))
            nextCell += 1
        }
    }
}
