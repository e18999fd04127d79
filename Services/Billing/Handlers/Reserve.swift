// SPDX-License-Identifier: Apache-2.0

import BillingDomain
package import Messages
import Primitives
package import RPC

extension BillingService {
    /// The shortest and longest lease a reservation gets, whatever was asked for.
    static let leaseBounds = (shortest: Duration.seconds(10), longest: Duration.seconds(3_600))

    /// Sets money aside for a turn.
    package func reserve(_ request: ReserveRequest, _ context: CallContext) async throws -> ReserveReply {
        let principal = try context.requirePrincipal()
        let asked = Duration.milliseconds(Int64(request.leaseMs))
        let reservation = try await ledger.reserve(
            turn: request.turnID, for: principal, model: request.model,
            promptTokens: Int64(request.promptTokensEstimate), completionTokens: Int64(request.maxCompletionTokens),
            lease: min(max(asked, Self.leaseBounds.shortest), Self.leaseBounds.longest), deadline: context.deadline)
        switch reservation.verdict {
        case .granted:
            return ReserveReply(
                amountMicros: reservation.amountMicros, currency: reservation.currency,
                priceVersion: UInt32(reservation.priceVersion))
        case .ended: throw Failure(BillingRefusal.turnEnded)
        case .noPrice: throw Failure(BillingRefusal.noPrice(model: request.model))
        case .overBudget: throw Failure(BillingRefusal.overBudget)
        }
    }
}
