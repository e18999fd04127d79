// SPDX-License-Identifier: Apache-2.0

import BillingDomain
package import Messages
package import RPC

extension BillingService {
    /// The plans with their limits.
    package func listPlans(_ request: ListPlansRequest, _ context: CallContext) async throws -> ListPlansReply {
        let plans = try await limits.plans(deadline: context.deadline)
        return ListPlansReply(
            plans: plans.map { plan in
                PlanRow(
                    plan: plan.plan, requestsPerMinute: UInt64(plan.limits.requestsPerMinute ?? 0),
                    requestsPerDay: UInt64(plan.limits.requestsPerDay ?? 0),
                    tokensPerDay: UInt64(plan.limits.tokensPerDay ?? 0),
                    tokensPerMonth: UInt64(plan.limits.tokensPerMonth ?? 0))
            })
    }
}
