// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/billing/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `BillingAdmin`: what a caller and a server must agree on.
package enum BillingAdminMethods {
    /// Usage and charges of one organisation, summed by day and model.
    ///
    /// Deadline: 10 s; may be retried. Fails with invalid_argument (from after to).
    package static let getUsage = Method<GetUsageRequest, GetUsageReply>(
        id: 0x0281, name: "billing.GetUsage", kind: .unary, isIdempotent: true, deadline: .seconds(10),
        callers: [.billing.admin], carriesTokens: false
    )

    /// Open reservations, oldest first.
    ///
    /// Deadline: 10 s; may be retried. Fails with unavailable.
    package static let listReservations = Method<ListReservationsRequest, ListReservationsReply>(
        id: 0x0282, name: "billing.ListReservations", kind: .unary, isIdempotent: true, deadline: .seconds(10),
        callers: [.billing.admin], carriesTokens: false
    )

    /// The plans with their limits.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let listPlans = Method<ListPlansRequest, ListPlansReply>(
        id: 0x0283, name: "billing.ListPlans", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.billing.admin], carriesTokens: false
    )

    /// Gives one organisation limits of its own instead of its plan's; takes effect within a minute everywhere.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let setLimits = Method<SetLimitsRequest, SetLimitsReply>(
        id: 0x0284, name: "billing.SetLimits", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.billing.admin], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        getUsage.description,
        listReservations.description,
        listPlans.description,
        setLimits.description,
    ]
}
