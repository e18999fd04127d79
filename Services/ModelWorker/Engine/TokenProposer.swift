// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain

/// A draft model beside the model. Lives on the loop's thread and nowhere else.
protocol TokenProposer: AnyObject {
    /// Answers what a plan asks, in one batch for each next token of all. An item without an answer could not be read.
    func propose(for plan: StepPlan, _ planner: BatchPlanner) throws -> [DraftProposal]
}
