// SPDX-License-Identifier: Apache-2.0

import BillingDomain
package import Messages
import Primitives
package import RPC

extension BillingService {
    /// Asks the buckets whether one more request may start.
    package func admit(_ request: AdmitRequest, _ context: CallContext) async throws -> AdmitReply {
        let principal = try context.requirePrincipal()
        let limits = try await limits.limits(of: principal, deadline: context.deadline)
        let admission = try await buckets.admit(
            turn: request.turnID, organisation: principal.organisation, limits: limits,
            estimate: Int64(request.estimatedTokens), now: time.timestamp(), deadline: context.deadline
        ) {
            try await ledger.tokensUsed(by: principal.organisation, deadline: context.deadline)
        }
        return AdmitReply(
            isAllowed: admission.refusal == nil, refusedBy: admission.refusal?.rawValue ?? "",
            retryAfterMs: UInt32(clamping: admission.retryAfter.milliseconds),
            limitRequests: UInt64(admission.requests.limit ?? 0),
            remainingRequests: UInt64(admission.requests.remaining),
            resetRequestsMs: UInt32(clamping: admission.requests.reset.milliseconds),
            limitTokens: UInt64(admission.tokens.limit ?? 0), remainingTokens: UInt64(admission.tokens.remaining),
            resetTokensMs: UInt32(clamping: admission.tokens.reset.milliseconds),
            leaseRequests: UInt32(clamping: admission.lease.requests),
            leaseMs: UInt32(clamping: admission.lease.duration.milliseconds))
    }
}
