// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives

/// What the loop asks of a draft model.
extension GenerationLoop {
    /// Has the draft model answer what a plan asks, and the plan changed accordingly.
    /// - Returns: what that took. An answer never depends on it: when it fails, there is no draft model any more.
    func ask(_ plan: inout StepPlan) -> Duration {
        guard plan.asks, let proposer = backend.proposer else { return .zero }
        let begun = backend.workTime
        do {
            let proposals = try proposer.propose(for: plan, planner)
            let asking = backend.workTime - begun
            planner.take(proposals, into: &plan, asking: asking)
            return asking
        } catch {
            log.warning("the draft model failed and is not asked again: \(error)")
            planner.dropDraftModel()
            return backend.workTime - begun
        }
    }
}
