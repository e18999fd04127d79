// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What workers say of themselves.
extension FleetState {
    /// Whether the reporter's stream can be read on.
    package enum Heard: Hashable, Sendable {
        case fine
        /// Reports were lost on the way, so what the cache holds is no longer known: the stream is to be opened anew,
        /// whose first report names every block.
        case gap
    }

    package mutating func heard(
        _ report: WorkerReport, from address: WorkerAddress, at now: MonotonicInstant
    ) -> Heard {
        guard let slot = slotOf[address], let before = slots[slot], !before.isLeaving else { return .fine }
        if firstHeard == nil { firstHeard = now }
        learnModels(report, slot: slot, before: before.report)
        let isNew = before.instance != report.instance
        let warmUp = isNew && hasSettledWorker(at: now) ? rules.warmUp : nil
        slots[slot]?.heard(report, at: now, warmUp: warmUp)
        let outcome = learnBlocks(report, slot: slot, before: before, at: Self.second(now))
        refresh(slot, at: now)
        serve(slot, at: now)
        serveImpatient(at: now)
        return outcome
    }

    /// The rest of a report whose blocks were too many for once.
    package mutating func heardMore(_ report: WorkerReport, from address: WorkerAddress, at now: MonotonicInstant) {
        guard let slot = slotOf[address], let holder = slots[slot]?.holder else { return }
        learnBlocks(report, holder, at: Self.second(now))
    }

    /// A worker joins a fleet at work, unless all of it has just started.
    private func hasSettledWorker(at now: MonotonicInstant) -> Bool {
        guard let firstHeard else { return false }
        return now - firstHeard > rules.warmUp && !ready.isEmpty
    }

    private mutating func learnModels(_ report: WorkerReport, slot: Int, before: WorkerReport?) {
        guard before?.models != report.models else { return }
        for var model in report.models {
            // Copies of one file may bear different times; the eldest makes every replica say the same.
            if let known = models[model.name] { model.createdAt = min(known.createdAt, model.createdAt) }
            models[model.name] = model
        }
        for name in pools.keys { pools[name]?.remove(slot) }
        for model in report.models {
            pools[PoolName(model: model.name, kind: model.kind), default: WorkerSet()].insert(slot)
        }
        // While one has not spoken it may be the one that has the adapter.
        let isHeard = slots.enumerated().allSatisfy { number, worker in
            number == slot || worker?.report != nil || worker?.isLeaving ?? true
        }
        for model in before?.models ?? [] where model.base != nil { forgetIfUnloaded(model) }
        if isHeard { for model in models.values where model.base != nil { forgetIfUnloaded(model) } }
    }

    /// A model whose workers are away comes back with them, and is waited for; an adapter that its last worker took
    /// away is known no more.
    private mutating func forgetIfUnloaded(_ model: ServedModel) {
        let pool = PoolName(model: model.name, kind: model.kind)
        guard pools[pool]?.isEmpty ?? true else { return }
        pools[pool] = nil
        seen[pool] = nil
        models[model.name] = nil
    }

    private mutating func learnBlocks(
        _ report: WorkerReport, slot: Int, before: WorkerRecord, at second: UInt32
    ) -> Heard {
        let isSameLife = before.instance == report.instance && slots[slot]?.holder != nil
        let isExact = slots[slot]?.holder.map(index.isExact) ?? false
        var outcome = Heard.fine
        if !isSameLife {
            beginLife(of: slot)
        } else if isExact, report.sequence == 1 {
            beginLife(of: slot)
        } else if isExact, let last = before.report, report.sequence != last.sequence &+ 1 {
            beginLife(of: slot)
            outcome = .gap
        }
        guard outcome == .fine, let holder = slots[slot]?.holder else { return outcome }
        learnBlocks(report, holder, at: second)
        return outcome
    }

    private mutating func learnBlocks(_ report: WorkerReport, _ holder: PrefixIndex.Holder, at second: UInt32) {
        if !report.insertedBlocks.isEmpty || !report.evictedBlocks.isEmpty { index.setExact(holder) }
        for block in report.evictedBlocks { index.remove(block, holder) }
        for block in report.insertedBlocks { index.insert(block, holder, second) }
    }
}
