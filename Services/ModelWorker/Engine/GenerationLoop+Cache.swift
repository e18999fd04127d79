// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives

/// What the loop does to the cache: its sequences, their second tier, and the prompts that are always there.
extension GenerationLoop {
    /// Performs a plan's cache actions in their order.
    /// - Returns: whether all that was promised is there. If not, the admission is corrected, and the plan's items are
    ///   void: plan again.
    func performActions(_ plan: inout StepPlan) throws(BackendFailure) -> Bool {
        // Slots that have not what they were promised, and must not pass it on.
        var empty: Set<Int> = []
        for action in plan.actions {
            switch action {
            case .copy(let source, let target, let count):
                if empty.contains(source) {
                    empty.insert(target)
                    correct(planner.beginAnew(target), in: &plan)
                } else {
                    try backend.copy(source, to: target, count: count)
                }
            case .drop(let slot): try backend.drop(slot)
            case .save(let slot, let key): save(slot, as: key)
            case .restore(let key, let slot, let count):
                let outcome = restore(key, to: slot, count: count)
                guard outcome != .restored else { continue }
                empty.insert(slot)
                correct(planner.restoreFailed(key, of: slot, isDamaged: outcome == .damaged), in: &plan)
            case .spill(let key):
                if let (scope, tokens) = planner.tier.contents(of: key), store.spill(key, scope, tokens) { continue }
                planner.stateGone(key)
            case .fetch(let key): if !store.fetch(key) { planner.stateGone(key) }
            case .discard(let key): store.discard(key)
            }
        }
        return empty.isEmpty
    }

    private func correct(_ request: RequestID?, in plan: inout StepPlan) {
        guard let at = plan.admitted.firstIndex(where: { $0.request == request }) else { return }
        plan.admitted[at].cachedTokens = 0
    }

    private func save(_ slot: Int, as key: StateKey) {
        if let bytes = backend.state(of: slot) { store.save(bytes, as: key) } else { planner.stateGone(key) }
    }

    private enum Restoration { case restored, damaged, noRoom }

    private func restore(_ key: StateKey, to slot: Int, count: Int) -> Restoration {
        let start = time.now()
        guard let bytes = store.bytes(of: key) else {
            log.warning("a saved sequence was damaged; it is computed again")
            return .damaged
        }
        guard backend.restore(bytes, to: slot, count: count) else { return .noRoom }
        planner.observe(restoredBytes: bytes.count, took: time.now() - start)
        return .restored
    }

    /// A saved sequence came from disk, or did not.
    func take(_ key: StateKey, _ saved: StateStore.Saved?) {
        // Forgotten in the meantime.
        guard planner.tier.contains(key) else { return }
        if let saved {
            store.arrived(key, saved)
            planner.fetched(key)
        } else {
            log.warning("a saved sequence on disk was damaged; it is computed again")
            planner.stateLost(key)
        }
    }

    // MARK: Adapters

    func carryOut(_ order: AdapterOrder) {
        switch order.wish {
        case .load(let key, let path):
            order.done?(
                Result { try backend.loadAdapter(key, from: path) }.mapError { error in
                    log.warning("an adapter was not loaded: \(error)")
                    return error
                })
        case .forget(let key):
            backend.forgetAdapter(key)
            order.done?(.success(()))
        }
    }

    // MARK: Before the first request

    /// Reads the prompts that are to be held for ever. Nobody waits for them but the readiness of this worker.
    func pin(_ prompts: [[TokenID]]) throws {
        for (index, tokens) in prompts.enumerated() where !tokens.isEmpty {
            // Requests are numbered upwards from one; these from the other end.
            let id = RequestID(.max - UInt64(index))
            do {
                try planner.enqueue(
                    Demand(
                        id: id, scope: PrefixScope(salt: [], adapter: ""), requestClass: .premium, tokens: tokens,
                        maxTokens: 1, deadline: .distantFuture), at: time.now())
            } catch {
                log.warning("pinned prompt \(index + 1) does not fit the cache and is left out")
                continue
            }
            while planner.runningCount + planner.waitingCount > 0, !mailbox.mustStop {
                var plan = planner.plan(at: time.now())
                _ = try performActions(&plan)
                guard !plan.items.isEmpty else { break }
                try backend.compute(plan, planner)
                planner.complete(plan)
                if plan.items.contains(where: { $0.request == id && $0.wantsOutput }) { planner.pin(id) }
            }
        }
        if planner.pinnedCount > 0 { log.info("\(planner.pinnedCount) prompts are pinned") }
    }

    /// Takes in what an earlier process of this worker left on disk.
    func adopt(_ disk: StateDisk) {
        disk.adopt { file in planner.adopt(file.tokens, in: file.scope) }
        if planner.tier.count > 0 { log.info("\(planner.tier.count) saved sequences were found on disk") }
    }
}
