// SPDX-License-Identifier: Apache-2.0

import BillingDomain
import Primitives

extension Failure {
    init(_ refusal: BillingRefusal) {
        switch refusal {
        case .overBudget:
            self.init(
                .resourceExhausted, "The organisation's budget for this month is used up.",
                reason: "insufficient_quota")
        case .noPrice(let model):
            self.init(.notFound, "There is no price for this model.", reason: "model_not_found", detail: model)
        case .turnEnded:
            self.init(.failedPrecondition, "The turn has ended already.", reason: "turn_ended")
        case .endedOtherwise:
            self.init(.failedPrecondition, "The turn has ended in the other way.", reason: "turn_ended_otherwise")
        }
    }
}
