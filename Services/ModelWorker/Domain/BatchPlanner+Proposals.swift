// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What a draft model is asked, and what becomes of its answers.
extension BatchPlanner {
    /// A gap is not read for an answer that is about to end.
    private static let leastRemaining = 16

    /// There is a draft model, and its steps cost so much. The two sources of foretold tokens then share the hundredth
    /// that trying may cost.
    package mutating func setDraftModel(_ cost: StepCost) {
        proposals = ProposalGate(cost: cost)
        gate.allowance = ProposalGate.allowance
    }

    /// The draft model failed, and is not asked again.
    package mutating func dropDraftModel() {
        proposals = nil
        gate.allowance = DraftGate.allowance
        forgotten = []
        for slot in order { running[slot]?.view.forget() }
    }

    /// The tokens that the draft model must read before it answers an item.
    package func tokens(toRead item: BatchItem) -> ArraySlice<TokenID> {
        guard let entry = running[item.slot], let ask = item.ask else { return [] }
        return entry.feed[ask.from...]
    }

    /// A sequence has ended that the draft model may hold.
    mutating func forgetView(_ slot: Int, _ done: Running) {
        if proposals != nil, !done.view.isEmpty { forgotten.insert(slot) }
    }

    // MARK: Asking

    /// Adds what is left of earlier proposals, and asks for new ones where that should pay.
    mutating func addProposals(_ plan: inout StepPlan, _ step: inout DraftGate.Step) {
        var candidates: [ProposalGate.Candidate] = []
        for at in plan.items.indices where plan.items[at].wantsOutput && plan.items[at].draft.isEmpty {
            let slot = plan.items[at].slot
            guard let entry = running[slot] else { continue }
            if entry.view.left > 0 {
                addProposed(at, &plan, &step)
            } else if let candidate = candidate(at, entry, in: step) {
                candidates.append(candidate)
            }
        }
        guard !candidates.isEmpty else { return }
        let choice =
            limits.draftsAlways
            ? ProposalGate.Choice(candidates: candidates, count: ProposalGate.mostAsked)
            : proposals?.choose(candidates, in: step, cost: cost)
        guard let choice else { return }
        for candidate in choice.candidates {
            guard let proposals, let entry = running[plan.items[candidate.item].slot] else { continue }
            var ask = entry.view.ask(
                min(choice.count, candidate.most), length: entry.feed.count, window: limits.draftWindow)
            ask.floor = entry.proposalRates.floor(prior: proposals.overallRates)
            plan.items[candidate.item].ask = ask
        }
        plan.forgotten = forgotten.sorted()
    }

    private func candidate(
        _ item: Int, _ entry: Running, in step: DraftGate.Step
    ) -> ProposalGate.Candidate? {
        let most = min(ProposalGate.mostAsked, mostDrafted(entry, in: step))
        guard let proposals, most > 0, entry.view.mayAsk, limits.draftsAlways || !entry.proposalTrust.isSpent
        else { return nil }
        let reads = entry.feed.count - entry.view.ask(most, length: entry.feed.count, window: limits.draftWindow).from
        // Nobody knows how long an answer becomes; half done is the best guess.
        let remaining = min(entry.limit - entry.feed.count, max(48, entry.produced))
        guard limits.draftsAlways || reads <= 2 || remaining >= Self.leastRemaining else { return nil }
        let chance = entry.proposalRates.chance(prior: proposals.overallRates)
        return ProposalGate.Candidate(
            item: item, most: most, reads: reads, remaining: remaining, mean: chance.mean,
            deviation: chance.deviation)
    }

    /// The draft model has answered.
    /// - Parameter asking: what that took.
    package mutating func take(_ answers: [DraftProposal], into plan: inout StepPlan, asking: Duration) {
        forgotten.subtract(plan.forgotten)
        var waiting = Set(plan.items.indices.filter { plan.items[$0].ask != nil })
        let expected = expectedSeconds(answers, of: plan)
        for answer in answers {
            guard waiting.remove(answer.item) != nil, let ask = plan.items[answer.item].ask else { continue }
            let slot = plan.items[answer.item].slot
            plan.items[answer.item].ask?.fed = answer.computed
            if let length = running[slot]?.feed.count { running[slot]?.view.take(answer, of: ask, length: length) }
        }
        // Who could not be read.
        for at in waiting { running[plan.items[at].slot]?.view.forget() }
        proposals?.observe(seconds: asking.inSeconds, expected: expected)
        let budget = order.count > 1 ? limits.stepBudget.inSeconds - asking.inSeconds : .infinity
        var step = DraftGate.Step(decodes: plan.items.count, width: plan.tokenCount, budget: budget)
        let plain = cost.seconds(step.decodes)
        let spent = plain > 0 ? asking.inSeconds / plain : 0
        for answer in answers where !answer.tokens.isEmpty { addProposed(answer.item, &plan, &step, spent: spent) }
    }

    /// Has as much of a proposal checked as pays, now that it is there.
    /// - Parameter spent: what the account has not been told of yet.
    private mutating func addProposed(
        _ at: Int, _ plan: inout StepPlan, _ step: inout DraftGate.Step, spent: Double = 0
    ) {
        guard let proposals, let entry = running[plan.items[at].slot] else { return }
        let most = min(entry.view.left, mostDrafted(entry, in: step))
        let count =
            limits.draftsAlways
            ? max(0, most)
            : DraftGate.length(
                in: step, cost: cost, atMost: most, account: proposals.account - spent, trust: .infinity
            ) {
                entry.proposalRates.chance(at: entry.view.proposed($0).probability, prior: proposals.overallRates)
            }
        guard count > 0 else { return }
        plan.items[at].draft = (0..<count).map { entry.view.proposed($0).token }
        plan.items[at].source = .model
        step.width += count
        drafts.model.proposed += count
    }

    // MARK: What it cost

    /// By the measured cost, for as many steps as the draft model took.
    private func expectedSeconds(_ answers: [DraftProposal], of plan: StepPlan) -> Double {
        guard let cost = proposals?.cost else { return 0 }
        let reads = answers.reduce(0) { $0 + tokens(toRead: plan.items[$1.item]).count }
        let most = answers.map(\.computed).max() ?? 0
        guard reads > 0 else { return 0 }
        return (0..<most).reduce(cost.seconds(reads)) { sum, round in
            sum + cost.seconds(answers.count { $0.computed > round })
        }
    }

    /// An answer's part of that in plain steps. Without what was read: the worker's account pays for it, since it is
    /// laid out for all the steps that are to come.
    func askingShare(_ item: BatchItem, of plan: StepPlan) -> Double {
        guard let ask = item.ask, let proposals else { return 0 }
        let asked = plan.items.count { $0.ask != nil }
        return Double(1 + ask.fed) * proposals.seconds(asked) / Double(asked) / cost.seconds(plan.items.count)
    }
}
