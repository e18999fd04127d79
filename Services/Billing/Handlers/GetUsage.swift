// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension BillingService {
    /// Usage and charges of one organisation by day and model.
    package func getUsage(_ request: GetUsageRequest, _ context: CallContext) async throws -> GetUsageReply {
        if let to = request.toUs, to < request.fromUs {
            throw Failure(.invalidArgument, "The period ends before it begins.", reason: "bad_period")
        }
        let sums = try await ledger.usage(
            of: request.organisationID, from: Timestamp(microseconds: request.fromUs),
            to: request.toUs.map(Timestamp.init(microseconds:)), deadline: context.deadline)
        return GetUsageReply(
            rows: sums.map { sum in
                UsageRow(
                    day: sum.day, model: sum.model, requests: UInt64(sum.requests),
                    promptTokens: UInt64(sum.promptTokens), cachedTokens: UInt64(sum.cachedTokens),
                    completionTokens: UInt64(sum.completionTokens), chargedMicros: sum.chargedMicros,
                    currency: sum.currency)
            })
    }
}
