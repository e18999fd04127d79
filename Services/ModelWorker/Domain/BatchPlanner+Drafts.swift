// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What may be checked ahead, and what came of it.
extension BatchPlanner {
    /// Drafts since the start.
    package struct DraftCounts: Hashable, Sendable {
        package var proposed = 0
        package var accepted = 0
        package init() {}
    }

    /// Adds foretold tokens to the decodes of a step that reads no prompt: beside a prompt, the room of a step is the
    /// prompt's.
    mutating func addDrafts(_ plan: inout StepPlan) {
        guard limits.draftTokens > 0, cost.isKnown || limits.draftsAlways else { return }
        let decodes = plan.items.count
        // Whoever is not in this step waits for it too.
        let budget = order.count > 1 ? limits.stepBudget.inSeconds : .infinity
        var step = DraftGate.Step(decodes: decodes, width: decodes, budget: budget)
        for at in plan.items.indices where plan.items[at].wantsOutput {
            guard let entry = running[plan.items[at].slot], entry.lookup.isFound else { continue }
            // With the token that is certain, an answer gets no more than it may have.
            let most = min(limits.draftTokens, entry.limit - entry.feed.count - 1, limits.batchTokens - step.width)
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
            drafts.proposed += count
        }
    }

    /// Looks where the text goes on, and learns whether it went as foretold.
    mutating func follow(_ slot: Int) {
        guard limits.draftTokens > 0, let outcome = running[slot]?.follow(least: limits.draftMatch) else { return }
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
        drafts.accepted += 1
    }

    /// The tokens of a step have been handed out.
    /// - Parameter accepted: how many of its foretold tokens were confirmed.
    package mutating func settle(_ plan: StepPlan, accepted: Int, worked: Duration) {
        guard limits.draftTokens > 0, plan.items.allSatisfy({ $0.count == 1 }) else { return }
        let decodes = plan.items.count
        let plain = cost.seconds(decodes)
        let drafted = plan.draftCount
        gate.settle(
            decodes: decodes, drafted: drafted, accepted: accepted, plain: plain, seconds: worked.inSeconds)
        guard drafted > 0, plain > 0 else { return }
        let lost = max(0, worked.inSeconds - plain) / plain
        for item in plan.items where !item.draft.isEmpty && running[item.slot]?.id == item.request {
            let confirmed = Double(running[item.slot]?.confirmed ?? 0)
            let share = lost * Double(item.draft.count) / Double(drafted)
            running[item.slot]?.trust.settle(confirmed / Double(decodes) - share)
            running[item.slot]?.confirmed = 0
        }
    }
}
