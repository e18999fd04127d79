// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives
import Testing

/// How foretold tokens are planned and accounted for.
struct PlannerDraftTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    private let id = RequestID(1)
    private let prompt: [TokenID] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 90]

    private func planner(draft: Int = 4, context: Int = 256) -> BatchPlanner {
        var limits = EngineFixture.limits(running: 4, cached: 4, context: context, batch: 64)
        limits.draftTokens = draft
        limits.draftsAlways = true
        return BatchPlanner(limits: limits)
    }

    private func demand(max: Int) -> Demand {
        Demand(
            id: id, scope: PrefixScope(salt: [1], adapter: ""), requestClass: .standard, tokens: prompt,
            maxTokens: max, deadline: .distantFuture)
    }

    /// One plain step, whose answer is `token`.
    private func step(_ planner: inout BatchPlanner, _ token: TokenID) {
        let plan = planner.plan(at: start)
        planner.complete(plan)
        planner.accept(token, for: id)
    }

    @Test func whatIsConfirmedNeedsNoStepAndWhatIsNotLeavesNoTrace() throws {
        var planner = planner()
        try planner.enqueue(demand(max: 20), at: start)
        for token in [2, 3, 4] as [TokenID] { step(&planner, token) }
        let plan = planner.plan(at: start)
        #expect(plan.items.map(\.draft) == [[5, 6, 7, 8]] && plan.tokenCount == 5 && plan.draftCount == 4)
        #expect(plan.items[0].position == prompt.count + 2)
        planner.complete(plan)
        // Two come, then something else.
        for token in [5, 6] as [TokenID] {
            planner.accept(token, for: id)
            planner.confirm(plan.items[0])
        }
        planner.accept(77, for: id)
        #expect(planner.drafts.proposed == 4 && planner.drafts.accepted == 2)
        #expect(planner.occupiedCells == prompt.count + 5, "the last token has not been computed")
        let next = planner.plan(at: start)
        #expect(next.items.map(\.position) == [prompt.count + 5] && next.items[0].draft.isEmpty)
        planner.complete(next)
        planner.end(id)
        #expect(planner.freeTokens == 256 && planner.runningCount == 0)
        // The next conversation finds exactly what was computed.
        var again = demand(max: 4)
        again.tokens = prompt + [2, 3, 4, 5, 6, 77, 78]
        try planner.enqueue(again, at: start)
        #expect(planner.plan(at: start).admitted.map(\.cachedTokens) == [prompt.count + 6])
    }

    @Test func anAnswerGetsNoMoreThanItMayHave() throws {
        for (max, expected) in [(4, 0), (5, 1), (6, 2), (20, 4)] {
            var planner = planner()
            try planner.enqueue(demand(max: max), at: start)
            for token in [2, 3, 4] as [TokenID] { step(&planner, token) }
            #expect(planner.plan(at: start).draftCount == expected, "of \(max) tokens")
        }
    }

    @Test func besideAPromptNothingIsCheckedAhead() throws {
        var planner = planner()
        try planner.enqueue(demand(max: 20), at: start)
        for token in [2, 3, 4] as [TokenID] { step(&planner, token) }
        try planner.enqueue(
            Demand(
                id: RequestID(2), scope: PrefixScope(salt: [2], adapter: ""), requestClass: .standard,
                tokens: Array(100..<180), maxTokens: 4, deadline: .distantFuture), at: start)
        let plan = planner.plan(at: start)
        #expect(plan.items.count == 2 && plan.draftCount == 0)
    }

    @Test func switchedOffItForetellsNothing() throws {
        var planner = planner(draft: 0)
        try planner.enqueue(demand(max: 20), at: start)
        for token in [2, 3, 4] as [TokenID] { step(&planner, token) }
        #expect(planner.plan(at: start).draftCount == 0)
    }
}
