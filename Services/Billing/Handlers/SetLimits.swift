// SPDX-License-Identifier: Apache-2.0

import BillingDomain
package import Messages
package import RPC

extension BillingService {
    /// Gives one organisation limits of its own.
    package func setLimits(_ request: SetLimitsRequest, _ context: CallContext) async throws -> SetLimitsReply {
        let limit = { (value: UInt64) in value == 0 ? nil : Int64(clamping: value) }
        try await limits.set(
            Limits(
                requestsPerMinute: limit(request.requestsPerMinute), requestsPerDay: limit(request.requestsPerDay),
                tokensPerDay: limit(request.tokensPerDay), tokensPerMonth: limit(request.tokensPerMonth)),
            for: request.organisationID, deadline: context.deadline)
        return SetLimitsReply()
    }
}
