// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What may be checked ahead, and what came of it.
extension BatchPlanner {
    /// Drafts since the start, by who foretold them.
    package struct DraftCounts: Hashable, Sendable {
        package struct Tally: Hashable, Sendable {
            package var proposed = 0
            package var accepted = 0
            package init() {}
        }

        package var lookup = Tally()
        package var model = Tally()
        package init() {}

        package var proposed: Int { lookup.proposed + model.proposed }
        package var accepted: Int { lookup.accepted + model.accepted }

        package subscript(source: DraftSource) -> Tally {
            get { source == .lookup ? lookup : model }
            set { if source == .lookup { lookup = newValue } else { model = newValue } }
        }
    }

    /// Adds foretold tokens to the decodes of a step that reads no prompt: beside a prompt, the room of a step is the
    /// prompt's. A place of the text that has earned it goes first; the draft model is asked about the others.
    mutating func addDrafts(_ plan: inout StepPlan) {
        guard limits.draftTokens > 0, cost.isKnown || limits.draftsAlways else { return }
        let decodes = plan.items.count
        // Whoever is not in this step waits for it too.
        let budget = order.count > 1 ? limits.stepBudget.inSeconds : .infinity
        var step = DraftGate.Step(decodes: decodes, width: decodes, budget: budget)
        for at in plan.items.indices where plan.items[at].wantsOutput {
            guard let entry = running[plan.items[at].slot], entry.lookup.isFound else { continue }
            let most = mostDrafted(entry, in: step)
            let count =
                limits.draftsAlways
                ? max(0, most)
                : gate.length(
                    after: entry.lookup.matched, own: entry.rates, trust: entry.trust, in: step, cost: cost,
                    atMost: most)
            guard count > 0 else { continue }
            plan.items[at].draft = entry.lookup.proposal(entry.feed, count: count)
            step.width += count
            running[plan.items[at].slot]?.trust.isAtStake = true
            drafts.lookup.proposed += count
        }
        if proposals != nil { addProposals(&plan, &step) }
    }

    /// With the token that is certain, an answer gets no more than it may have.
    func mostDrafted(_ entry: Running, in step: DraftGate.Step) -> Int {
        min(limits.draftTokens, entry.limit - entry.feed.count - 1, limits.batchTokens - step.width)
    }

    /// Looks where the text goes on, and learns whether it went as foretold.
    mutating func follow(_ slot: Int, _ token: TokenID) {
        guard limits.draftTokens > 0 else { return }
        if let outcome = running[slot]?.view.follow(token) {
            running[slot]?.proposalRates.note(outcome)
            proposals?.note(outcome)
        }
        guard let outcome = running[slot]?.follow(least: limits.draftMatch) else { return }
        running[slot]?.rates.note(outcome)
        running[slot]?.trust.note(outcome)
        gate.note(outcome)
    }

    /// The first foretold token of an item not confirmed yet was the one chosen, and has been accepted: what the step
    /// computed of it is right.
    package mutating func confirm(_ item: BatchItem) {
        guard let entry = running[item.slot], entry.id == item.request, entry.missing > 0 else { return }
        tree.append(entry.feed[entry.computed..<(entry.computed + 1)], to: item.slot)
        running[item.slot]?.computed += 1
        running[item.slot]?.confirmed += 1
        outstanding -= 1
        drafts[item.source].accepted += 1
    }

    /// The tokens of a step have been handed out.
    /// - Parameters:
    ///   - worked: what the model's step took.
    ///   - asking: what asking the draft model took before it.
    package mutating func settle(_ plan: StepPlan, worked: Duration, asking: Duration = .zero) {
        guard limits.draftTokens > 0, plan.items.allSatisfy({ $0.count == 1 }) else { return }
        let before = settledDrafts
        settledDrafts = drafts
        let decodes = plan.items.count
        let plain = cost.seconds(decodes)
        guard decodes > 0, plain > 0 else { return }
        let drafted = plan.draftCount
        let lost = drafted > 0 ? max(0, worked.inSeconds - plain) : 0
        let ofModel = drafted > 0 ? lost * Double(plan.draftCount(of: .model)) / Double(drafted) : 0
        gate.settle(
            decodes: decodes, drafted: plan.draftCount(of: .lookup),
            accepted: drafts.lookup.accepted - before.lookup.accepted, plain: plain, seconds: plain + lost - ofModel)
        proposals?.settle(
            hasAsked: plan.asks, gained: Double(drafts.model.accepted - before.model.accepted) / Double(decodes),
            lost: (ofModel + asking.inSeconds) / plain)
        for item in plan.items where running[item.slot]?.id == item.request {
            let share = drafted > 0 ? lost * Double(item.draft.count) / Double(drafted) : 0
            settle(item, of: plan, lost: share / plain)
        }
    }

    /// One answer's account.
    /// - Parameter share: its part of what checking took, in plain steps.
    private mutating func settle(_ item: BatchItem, of plan: StepPlan, lost share: Double) {
        let came = Double(running[item.slot]?.confirmed ?? 0) / Double(plan.items.count)
        running[item.slot]?.confirmed = 0
        if item.source == .model || item.ask != nil {
            let asking = askingShare(item, of: plan)
            running[item.slot]?.proposalTrust.settle(came - share - asking)
        } else {
            running[item.slot]?.proposalTrust.rest()
            if !item.draft.isEmpty { running[item.slot]?.trust.settle(came - share) }
        }
    }
}
