// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What a step holds.
extension BatchPlanner {
    package mutating func plan(at now: MonotonicInstant) -> StepPlan {
        var plan = StepPlan()
        savedBytes = 0
        plan.expired = waiting.removeExpired(at: now) + removeExpiredHeld(at: now)
        admit(at: now, &plan)
        plan.actions = pendingActions
        pendingActions = []
        plan.adapter = adapterOfStep()
        let prompts = order.contains { hasPrompt($0) && isServed($0, by: plan.adapter) }
        let decodes = planDecodes(hasPrompts: prompts, &plan)
        if prompts { planPrefill(room: roomForPrompts(beside: decodes), &plan) } else { addDrafts(&plan) }
        plan.wakeAt = nextMoment(after: now)
        return plan
    }

    private func roomForPrompts(beside decodes: Int) -> Int {
        let room = limits.batchTokens - decodes
        guard decodes > 0 else { return room }
        let most = min(limits.prefillChunk, room)
        return min(most, cost.chunk(within: limits.stepBudget.inSeconds, beside: decodes, atMost: most))
    }

    private func nextMoment(after now: MonotonicInstant) -> MonotonicInstant? {
        let queued = waiting.nextMoment(after: now)
        guard let deadline = held.map(\.entry.demand.deadline.instant).min() else { return queued }
        return min(queued ?? deadline, deadline)
    }

    private func hasPrompt(_ slot: Int) -> Bool {
        running[slot]?.isReading ?? false
    }

    private func isServed(_ slot: Int, by adapter: String) -> Bool {
        adapted == 0 || running[slot]?.adapter == adapter
    }

    /// Adapters belong to the whole computation, so streams of different ones take turns.
    private mutating func adapterOfStep() -> String {
        guard adapted > 0 else { return "" }
        var ready: Set<String> = []
        for slot in order {
            if let entry = running[slot], entry.isReading || entry.canDecode { ready.insert(entry.adapter) }
        }
        let sorted = ready.sorted()
        lastAdapter = sorted.first { $0 > lastAdapter } ?? sorted.first ?? ""
        return lastAdapter
    }

    private mutating func planDecodes(hasPrompts: Bool, _ plan: inout StepPlan) -> Int {
        guard !order.isEmpty else { return 0 }
        let adapter = plan.adapter
        let streams = order.count { running[$0]?.canDecode ?? false && isServed($0, by: adapter) }
        // A step that reads a prompt is wide anyway: all join it.
        let most = min(limits.batchTokens, hasPrompts ? streams : cost.width(of: streams))
        var count = 0
        let start = rotation % order.count
        for offset in 0..<order.count {
            let at = start + offset < order.count ? start + offset : start + offset - order.count
            let slot = order[at]
            guard running[slot]?.canDecode ?? false, isServed(slot, by: adapter) else { continue }
            if count == most {
                rotation = at
                break
            }
            add(slot, atMost: 1, &plan)
            count += 1
        }
        return count
    }

    /// The most urgent class first, in it first come, first served.
    private func planPrefill(room: Int, _ plan: inout StepPlan) {
        var room = room
        for lane in RequestClass.allCases {
            for slot in order {
                guard room > 0 else { return }
                guard hasPrompt(slot), running[slot]?.entry.demand.requestClass == lane,
                    isServed(slot, by: plan.adapter)
                else { continue }
                room -= add(slot, atMost: room, &plan)
            }
        }
    }

    @discardableResult
    private func add(_ slot: Int, atMost most: Int, _ plan: inout StepPlan) -> Int {
        guard let missing = running[slot]?.missing, let id = running[slot]?.id, let position = running[slot]?.computed
        else { return 0 }
        let count = min(missing, most)
        plan.items.append(
            BatchItem(request: id, slot: slot, position: position, count: count, wantsOutput: count == missing))
        return count
    }
}
