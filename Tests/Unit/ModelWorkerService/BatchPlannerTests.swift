// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives
import TestKit
import Testing

struct BatchPlannerTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    private let scope = PrefixScope(salt: [1], adapter: "")

    private func planner(
        running: Int = 4, cached: Int = 4, context: Int = 256, batch: Int = 64, chunk: Int = 8, waiting: Int = 8
    ) -> BatchPlanner {
        BatchPlanner(
            limits: PlannerLimits(
                maxRunning: running, maxCached: cached, contextTokens: context, maxRequestTokens: context,
                batchTokens: batch, prefillChunk: chunk, maxWaiting: waiting))
    }

    private func demand(
        _ id: UInt64, _ tokens: [TokenID], max: Int = 8, scope: PrefixScope? = nil, class: RequestClass = .standard,
        deadline: Deadline = .distantFuture
    ) -> Demand {
        Demand(
            id: RequestID(id), scope: scope ?? self.scope, requestClass: `class`, tokens: tokens, maxTokens: max,
            deadline: deadline)
    }

    /// Plans and completes one step, giving every item that wants one the token 500.
    @discardableResult
    private func step(_ planner: inout BatchPlanner, at now: MonotonicInstant? = nil) -> StepPlan {
        let plan = planner.plan(at: now ?? start)
        planner.complete(plan)
        for item in plan.items where item.wantsOutput { planner.accept(500, for: item.request) }
        return plan
    }

    @Test func aPromptIsReadThenDecodedTokenByToken() throws {
        var planner = planner()
        try planner.enqueue(demand(1, [1, 2, 3]), at: start)
        let prefill = step(&planner)
        #expect(prefill.items.map(\.count) == [3] && prefill.items[0].wantsOutput)
        let decode = step(&planner)
        #expect(decode.items.map(\.count) == [1] && decode.items[0].position == 3)
    }

    @Test func aLongPromptDelaysARunningStreamByOneBoundedChunk() throws {
        var planner = planner(batch: 64, chunk: 8)
        try planner.enqueue(demand(1, [1, 2, 3]), at: start)
        step(&planner)
        try planner.enqueue(demand(2, Array(100..<150)), at: start)
        for round in 0..<6 {
            let plan = step(&planner)
            #expect(plan.items.first?.request == RequestID(1), "the stream decodes in every step")
            #expect(plan.items.last?.request == RequestID(2) && plan.items.last?.count == 8, "round \(round)")
        }
        #expect(step(&planner).items.last?.wantsOutput == true)
    }

    @Test func withNobodyDecodingAPromptGetsTheWholeBatch() throws {
        var planner = planner(batch: 64, chunk: 8)
        try planner.enqueue(demand(1, Array(0..<50)), at: start)
        #expect(step(&planner).items.map(\.count) == [50])
    }

    @Test func theQueueIsBounded() throws {
        var planner = planner(waiting: 2)
        try planner.enqueue(demand(1, [1]), at: start)
        try planner.enqueue(demand(2, [1]), at: start)
        #expect(throws: AdmissionRefusal.queueFull(waiting: 2)) { try planner.enqueue(demand(3, [1]), at: start) }
    }

    @Test func whatCanNeverFitIsRefusedAtOnce() {
        var planner = planner(context: 32)
        #expect(throws: AdmissionRefusal.contextLengthExceeded(needed: 38, limit: 32)) {
            try planner.enqueue(demand(1, Array(0..<30)), at: start)
        }
        #expect(throws: AdmissionRefusal.emptyPrompt) { try planner.enqueue(demand(1, []), at: start) }
    }

    @Test func admissionCountsPromptAndAnswerTogether() throws {
        var planner = planner(context: 40)
        try planner.enqueue(demand(1, Array(0..<10), max: 10), at: start)
        try planner.enqueue(demand(2, Array(20..<30), max: 15), at: start)
        #expect(step(&planner).admitted.map(\.request) == [RequestID(1)])
        #expect(planner.freeTokens == 20)
        planner.end(RequestID(1))
        #expect(step(&planner).admitted.map(\.request) == [RequestID(2)])
    }

    @Test func theNextTurnSharesThePromptOfTheLast() throws {
        var planner = planner()
        try planner.enqueue(demand(1, [1, 2, 3]), at: start)
        step(&planner)
        step(&planner)
        planner.end(RequestID(1))
        try planner.enqueue(demand(2, [1, 2, 3, 500, 7, 8]), at: start)
        let plan = step(&planner)
        #expect(plan.admitted.map(\.cachedTokens) == [4])
        #expect(plan.actions.first == .copy(from: 0, to: 1, count: 4))
        #expect(plan.items.map(\.position) == [4])
    }

    @Test func anotherTenantSharesNothing() throws {
        var planner = planner()
        try planner.enqueue(demand(1, [1, 2, 3]), at: start)
        step(&planner)
        planner.end(RequestID(1))
        try planner.enqueue(demand(2, [1, 2, 3], scope: PrefixScope(salt: [2], adapter: "")), at: start)
        #expect(step(&planner).admitted.map(\.cachedTokens) == [0])
    }

    @Test func aRunningSequenceIsSharedToo() throws {
        var planner = planner()
        try planner.enqueue(demand(1, [1, 2, 3, 4]), at: start)
        step(&planner)
        try planner.enqueue(demand(2, [1, 2, 3, 9]), at: start)
        #expect(step(&planner).admitted.map(\.cachedTokens) == [3])
    }

    @Test func theLastPromptTokenIsAlwaysComputed() throws {
        var planner = planner()
        try planner.enqueue(demand(1, [1, 2, 3]), at: start)
        step(&planner)
        planner.end(RequestID(1))
        try planner.enqueue(demand(2, [1, 2, 3]), at: start)
        let plan = step(&planner)
        #expect(plan.admitted.map(\.cachedTokens) == [2])
        #expect(plan.items.map(\.count) == [1] && plan.items[0].wantsOutput)
    }

    @Test func theOldestCachedSequenceGivesWay() throws {
        var planner = planner(running: 1, cached: 2, context: 256)
        for id in 1...3 as ClosedRange<UInt64> {
            try planner.enqueue(demand(id, [TokenID(id) * 10, 2, 3]), at: start)
            step(&planner)
            planner.end(RequestID(id))
        }
        #expect(planner.cachedCount == 3)
        try planner.enqueue(demand(4, [40, 2]), at: start)
        #expect(step(&planner).actions.contains(.drop(0)))
        planner.end(RequestID(4))
        try planner.enqueue(demand(5, [10, 2, 3, 4]), at: start)
        #expect(step(&planner).admitted.map(\.cachedTokens) == [0], "the first was given up")
    }

    @Test func classesGoFirstAndWaitingLifts() throws {
        var planner = planner(running: 1)
        try planner.enqueue(demand(1, [1], class: .batch), at: start)
        try planner.enqueue(demand(2, [1], class: .standard), at: start + .milliseconds(1))
        try planner.enqueue(demand(3, [1], class: .premium), at: start + .milliseconds(2))
        #expect(step(&planner, at: start + .milliseconds(2)).admitted.map(\.request) == [RequestID(3)])
        planner.end(RequestID(3))
        // Eleven seconds lift the batch request by two classes; it came first.
        #expect(step(&planner, at: start + .seconds(11)).admitted.map(\.request) == [RequestID(1)])
    }

    @Test func aDeadlineEndsTheWaiting() throws {
        var planner = planner(running: 1)
        try planner.enqueue(demand(1, [1, 2]), at: start)
        step(&planner)
        try planner.enqueue(demand(2, [1, 2], deadline: Deadline(start + .seconds(1))), at: start)
        let early = step(&planner)
        #expect(early.expired.isEmpty && early.wakeAt == start + .seconds(1))
        #expect(step(&planner, at: start + .seconds(1)).expired == [RequestID(2)])
        #expect(planner.waitingCount == 0)
    }

    @Test func aPausedStreamSkipsStepsAndGoesOn() throws {
        var planner = planner()
        try planner.enqueue(demand(1, [1, 2]), at: start)
        step(&planner)
        planner.setPaused(true, RequestID(1))
        #expect(step(&planner).items.isEmpty)
        planner.setPaused(false, RequestID(1))
        #expect(step(&planner).items.count == 1)
    }

    @Test func moreStreamsThanTheBatchHoldsTakeTurns() throws {
        var planner = planner(running: 6, cached: 0, batch: 4, chunk: 4)
        for id in 1...6 as ClosedRange<UInt64> { try planner.enqueue(demand(id, [TokenID(id)], max: 30), at: start) }
        var counts: [RequestID: Int] = [:]
        for _ in 0..<30 { for item in step(&planner).items { counts[item.request, default: 0] += 1 } }
        #expect(counts.count == 6 && counts.values.allSatisfy { (18...22).contains($0) }, "\(counts)")
    }

    @Test func cancellingFreesTheReservation() throws {
        var planner = planner(context: 64)
        try planner.enqueue(demand(1, Array(0..<8), max: 50), at: start)
        step(&planner)
        #expect(planner.freeTokens == 6)
        planner.end(RequestID(1))
        #expect(planner.freeTokens == 64 && planner.runningCount == 0)
    }

    @Test func heldBlocksFollowTheSequences() throws {
        var planner = planner(running: 1, cached: 1)
        try planner.enqueue(demand(1, [1, 2]), blocks: [11, 12], at: start)
        step(&planner)
        #expect(planner.takeBlockChanges() == HeldBlocks.Changes(inserted: [11, 12]))
        planner.end(RequestID(1))
        planner.dropCache()
        #expect(planner.takeBlockChanges() == HeldBlocks.Changes(evicted: [11, 12]))
    }

    /// Goal: whatever comes in whatever order, the engine's cache holds what the plan says and never overflows.
    /// Method: random demands from a small alphabet, ends and pauses; a mock cache performs the actions and checks
    /// every item against the tokens its sequence holds.
    @Test(arguments: [1, 2, 3, 4])
    func plansAreConsistentWithTheCacheTheyDescribe(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        var planner = planner(running: 4, cached: 3, context: 96, batch: 24, chunk: 6, waiting: 16)
        var cache = MockCache()
        var live: [UInt64: [TokenID]] = [:]
        var ends: [UInt64: Int] = [:]
        var next: UInt64 = 0
        for _ in 0..<1_500 {
            if Int.random(in: 0..<3, using: &random) == 0, planner.waitingCount < 16 {
                next += 1
                let tokens = (0..<Int.random(in: 1...30, using: &random)).map { _ in
                    TokenID.random(in: 0..<2, using: &random)
                }
                let max = Int.random(in: 1...12, using: &random)
                live[next] = tokens
                ends[next] = tokens.count + max
                try planner.enqueue(demand(next, tokens, max: max), at: start)
            }
            let plan = planner.plan(at: start)
            cache.perform(plan.actions)
            #expect(plan.tokenCount <= 24)
            for item in plan.items {
                let feed = try #require(live[item.request.number])
                let tokens = Array(planner.tokens(of: item))
                #expect(cache.tokens(of: item.slot) == Array(feed[..<item.position]))
                #expect(tokens == Array(feed[item.position..<(item.position + item.count)]))
                #expect(item.wantsOutput == (item.position + item.count == feed.count))
                cache.append(tokens, to: item.slot)
            }
            planner.complete(plan)
            #expect(cache.cellCount == planner.occupiedCells && cache.cellCount <= 96)
            for item in plan.items where item.wantsOutput {
                if Int.random(in: 0..<6, using: &random) == 0 {
                    live[item.request.number] = nil
                    planner.end(item.request)
                } else {
                    let token = TokenID.random(in: 0..<2, using: &random)
                    live[item.request.number]?.append(token)
                    planner.accept(token, for: item.request)
                    // What a request reserved is what it may grow to; the engine ends it there.
                    if live[item.request.number]?.count == ends[item.request.number] {
                        live[item.request.number] = nil
                        planner.end(item.request)
                    }
                }
            }
            if Int.random(in: 0..<40, using: &random) == 0, let id = live.keys.min() {
                live[id] = nil
                planner.end(RequestID(id))
            }
        }
    }
}

/// Cells with owners, as the engine's cache has them.
private struct MockCache {
    private var sequences: [Int: [(token: TokenID, cell: Int)]] = [:]
    private var nextCell = 0

    var cellCount: Int { Set(sequences.values.flatMap { $0.map(\.cell) }).count }
    func tokens(of slot: Int) -> [TokenID] { (sequences[slot] ?? []).map(\.token) }

    mutating func perform(_ actions: [CacheAction]) {
        for action in actions {
            switch action {
            case .copy(let source, let target, let count):
                sequences[target] = Array((sequences[source] ?? []).prefix(count))
            case .drop(let slot): sequences[slot] = nil
            case .save, .restore, .spill, .fetch, .discard: Issue.record("there is no second tier here")
            }
        }
    }

    mutating func append(_ tokens: [TokenID], to slot: Int) {
        for token in tokens {
            sequences[slot, default: []].append((token, nextCell))
            nextCell += 1
        }
    }
}
