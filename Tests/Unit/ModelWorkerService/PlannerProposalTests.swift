// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives
import Testing

/// What the planner asks of a draft model, and what it makes of the answers.
struct PlannerProposalTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    private let id = RequestID(1)
    private let prompt = [TokenID](1...20)

    private func planner(window: Int = 64, running: Int = 4, always: Bool = true) -> BatchPlanner {
        var limits = EngineFixture.limits(running: running, cached: 4, context: 1_024, batch: 64)
        limits.draftTokens = 4
        limits.draftMatch = PromptLookup.mostCompared
        limits.draftWindow = window
        limits.draftsAlways = always
        var planner = BatchPlanner(limits: limits)
        planner.setDraftModel(StepCost(points: []))
        return planner
    }

    private func demand(_ id: RequestID, _ tokens: [TokenID], max: Int = 200) -> Demand {
        Demand(
            id: id, scope: PrefixScope(salt: [UInt8(id.number)], adapter: ""), requestClass: .standard, tokens: tokens,
            maxTokens: max, deadline: .distantFuture)
    }

    /// Reads the prompt; its first token is 100.
    private func begun(window: Int = 64) throws -> BatchPlanner {
        var planner = planner(window: window)
        try planner.enqueue(demand(id, prompt), at: start)
        let plan = planner.plan(at: start)
        #expect(!plan.asks, "beside a prompt nothing is asked")
        planner.complete(plan)
        planner.accept(100, for: id)
        return planner
    }

    private func answer(_ tokens: [TokenID], computed: Int? = nil) -> DraftProposal {
        var proposal = DraftProposal(item: 0)
        for token in tokens { proposal.append(token, probability: 0.9) }
        proposal.computed = computed ?? max(0, tokens.count - 1)
        return proposal
    }

    /// Performs a plan whose proposals come as `tokens`, and hands out `chosen`.
    private func perform(
        _ planner: inout BatchPlanner, _ plan: StepPlan, proposing tokens: [TokenID], chosen: [TokenID]
    ) -> StepPlan {
        var plan = plan
        planner.take([answer(tokens)], into: &plan, asking: .zero)
        hand(&planner, plan, chosen)
        return plan
    }

    private func hand(_ planner: inout BatchPlanner, _ plan: StepPlan, _ chosen: [TokenID]) {
        planner.complete(plan)
        for (at, token) in chosen.enumerated() {
            planner.accept(token, for: id)
            if at < plan.items[0].draft.count, token == plan.items[0].draft[at] { planner.confirm(plan.items[0]) }
        }
        planner.settle(plan, worked: .zero)
    }

    @Test func theWholeTextIsReadFirstThenWhatIsNew() throws {
        var planner = try begun()
        var plan = planner.plan(at: start)
        #expect(plan.items[0].ask == DraftAsk(begin: 0, kept: 0, count: 4, floor: 0.15))
        #expect(Array(planner.tokens(toRead: plan.items[0])) == prompt + [100])
        // Two of four come, then another one: of the text the draft model has 23 tokens, and lacks the last.
        plan = perform(&planner, plan, proposing: [101, 102, 103, 104], chosen: [101, 102, 77])
        #expect(plan.items[0].draft == [101, 102, 103, 104] && plan.items[0].source == .model)
        #expect(planner.drafts.model.proposed == 4 && planner.drafts.model.accepted == 2)
        #expect(planner.drafts.lookup.proposed == 0)
        let next = planner.plan(at: start)
        #expect(next.items[0].ask?.kept == 23)
        #expect(Array(planner.tokens(toRead: next.items[0])) == [77])
        // All come, and one more: the last proposal was never fed to it.
        _ = perform(&planner, next, proposing: [1, 2, 3, 4], chosen: [1, 2, 3, 4, 5])
        let third = planner.plan(at: start)
        #expect(Array(planner.tokens(toRead: third.items[0])) == [4, 5])
    }

    @Test func nothingIsAskedAgainBeforeTheTextHasMovedOn() throws {
        var planner = try begun()
        // It is unsure at once.
        _ = perform(&planner, planner.plan(at: start), proposing: [], chosen: [55])
        let plan = planner.plan(at: start)
        #expect(plan.asks && Array(planner.tokens(toRead: plan.items[0])) == [55])
    }

    @Test func whoCouldNotBeReadIsAskedAnew() throws {
        var planner = try begun()
        var plan = planner.plan(at: start)
        planner.take([], into: &plan, asking: .zero)
        #expect(plan.draftCount == 0)
        hand(&planner, plan, [100])
        let next = planner.plan(at: start)
        #expect(next.items[0].ask?.kept == 0)
    }

    /// Goal: whatever comes, the draft model never holds more than its window.
    @Test func aLongAnswerIsSeenThroughAWindow() throws {
        var planner = try begun(window: 64)
        var (anew, text) = (0, 21)
        for step in 0..<50 as Range<TokenID> {
            let plan = planner.plan(at: start)
            let ask = try #require(plan.items[0].ask)
            #expect(ask.from + planner.tokens(toRead: plan.items[0]).count == text)
            #expect(text - ask.begin + ask.count <= 64)
            anew += ask.kept == 0 ? 1 : 0
            let base = 200 + 10 * step
            let came = (0..<(step % 3 == 0 ? 4 : 1)).map { base + $0 } + [base + 9]
            _ = perform(&planner, plan, proposing: (0..<4).map { base + $0 }, chosen: came)
            text += came.count
        }
        #expect((2...8).contains(anew), "\(anew) times")
    }

    @Test func whoEndsIsForgottenAndASlotBeginsAnew() throws {
        var planner = try begun()
        _ = perform(&planner, planner.plan(at: start), proposing: [9], chosen: [9, 8])
        planner.end(id)
        try planner.enqueue(demand(RequestID(2), [TokenID](40..<60)), at: start)
        let read = planner.plan(at: start)
        #expect(!read.asks && read.forgotten.isEmpty)
        planner.complete(read)
        planner.accept(1, for: RequestID(2))
        var plan = planner.plan(at: start)
        #expect(plan.forgotten.count == 1 && plan.items[0].ask?.kept == 0)
        planner.take([], into: &plan, asking: .zero)
        planner.complete(plan)
        planner.accept(2, for: RequestID(2))
        #expect(planner.plan(at: start).forgotten.isEmpty)
    }

    /// A request that made room comes back, and the draft model with it.
    @Test func preemptionBeginsAnew() throws {
        var planner = planner(running: 1)
        var batch = demand(id, prompt)
        batch.requestClass = .batch
        try planner.enqueue(batch, at: start)
        hand(&planner, planner.plan(at: start), [100])
        _ = perform(&planner, planner.plan(at: start), proposing: [9], chosen: [9, 8])
        var urgent = demand(RequestID(2), [TokenID](40..<60), max: 1)
        urgent.requestClass = .premium
        try planner.enqueue(urgent, at: start)
        let plan = planner.plan(at: start)
        #expect(plan.preempted == [id] && plan.items.map(\.request) == [RequestID(2)])
        planner.complete(plan)
        planner.end(RequestID(2))
        // Its last token is computed again, and it goes on.
        let back = planner.plan(at: start)
        #expect(back.items.map(\.request) == [id] && back.items[0].ask?.kept == 0)
    }

    @Test func withoutADraftModelNothingIsAsked() throws {
        var planner = try begun()
        planner.dropDraftModel()
        #expect(!planner.plan(at: start).asks)
    }

    /// A second token in a step costs as much as a step of its own: even proposals for nothing bring nothing.
    @Test func whatCannotPayIsNotAskedFor() throws {
        var planner = planner(always: false)
        let points = [1, 64].map { StepCost.Point(tokens: $0, seconds: 0.01 * Double($0)) }
        planner.setCost(StepCost(points: points))
        planner.setDraftModel(StepCost(points: points.map { .init(tokens: $0.tokens, seconds: $0.seconds / 1e6) }))
        try planner.enqueue(demand(id, prompt), at: start)
        hand(&planner, planner.plan(at: start), [100])
        #expect(!planner.plan(at: start).asks)
    }

    /// Goal: what is proposed and not worth a wider step is compared with what comes, and not asked again meanwhile.
    @Test func aProposalThatIsNotCheckedIsStillFollowed() throws {
        var planner = planner(always: false)
        let points = [1, 64].map { StepCost.Point(tokens: $0, seconds: 0.01 + 0.001 * Double($0)) }
        planner.setCost(StepCost(points: points))
        planner.setDraftModel(StepCost(points: points.map { .init(tokens: $0.tokens, seconds: $0.seconds / 20) }))
        try planner.enqueue(demand(id, prompt), at: start)
        hand(&planner, planner.plan(at: start), [100])
        var plan = planner.plan(at: start)
        #expect(plan.asks)
        // What asking took used up what the account holds, so nothing is checked.
        planner.take([answer([1, 2, 3])], into: &plan, asking: .seconds(1))
        planner.complete(plan)
        planner.accept(1, for: id)
        planner.settle(plan, worked: .milliseconds(11), asking: .seconds(1))
        for token in [2, 3] as [TokenID] {
            let plain = planner.plan(at: start)
            #expect(!plan.items.isEmpty && !plain.asks && plain.draftCount == 0)
            hand(&planner, plain, [token])
        }
    }
}
