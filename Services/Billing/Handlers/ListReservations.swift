// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension BillingService {
    private static let mostReservations: UInt32 = 1_000

    /// Open reservations, the one that lapses first at the head.
    package func listReservations(
        _ request: ListReservationsRequest, _ context: CallContext
    ) async throws -> ListReservationsReply {
        let limit = request.limit == 0 ? Self.mostReservations : min(request.limit, Self.mostReservations)
        let open = try await ledger.openReservations(limit: Int32(limit), deadline: context.deadline)
        return ListReservationsReply(
            reservations: open.map { one in
                ReservationRow(
                    organisationID: one.organisation, turnID: one.turn, amountMicros: one.amountMicros,
                    currency: one.currency, createdAtUs: one.createdAt.microseconds,
                    expiresAtUs: one.expiresAt.microseconds)
            })
    }
}
