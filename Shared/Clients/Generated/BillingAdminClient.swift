// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/billing/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `BillingAdmin`.
package struct BillingAdminClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Usage and charges of one organisation, summed by day and model.
    ///
    /// Deadline: 10 s; may be retried. Fails with invalid_argument (from after to).
    package func getUsage(_ request: GetUsageRequest, _ context: CallContext) async throws(Failure) -> GetUsageReply {
        try await rpc.unary(BillingAdminMethods.getUsage, request, context)
    }

    /// Open reservations, oldest first.
    ///
    /// Deadline: 10 s; may be retried. Fails with unavailable.
    package func listReservations(
        _ request: ListReservationsRequest, _ context: CallContext
    ) async throws(Failure) -> ListReservationsReply {
        try await rpc.unary(BillingAdminMethods.listReservations, request, context)
    }

    /// The plans with their limits.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func listPlans(
        _ request: ListPlansRequest, _ context: CallContext
    ) async throws(Failure) -> ListPlansReply {
        try await rpc.unary(BillingAdminMethods.listPlans, request, context)
    }

    /// Gives one organisation limits of its own instead of its plan's; takes effect within a minute everywhere.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func setLimits(
        _ request: SetLimitsRequest, _ context: CallContext
    ) async throws(Failure) -> SetLimitsReply {
        try await rpc.unary(BillingAdminMethods.setLimits, request, context)
    }
}
