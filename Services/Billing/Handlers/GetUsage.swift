// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension BillingService {
    /// Microseconds of Unix time from the year 1 to the end of 9999: a day in it can be written as a date. The store
    /// knows nothing beyond 294,276.
    private static let reportable: Range<Int64> = -62_135_596_800_000_000..<253_402_300_800_000_000

    /// Usage and charges of one organisation by day and model.
    package func getUsage(_ request: GetUsageRequest, _ context: CallContext) async throws -> GetUsageReply {
        for time in [request.fromUs, request.toUs].compactMap(\.self) where !Self.reportable.contains(time) {
            throw Failure(.invalidArgument, "The period lies outside the years 1 to 9999.", reason: "bad_period")
        }
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
