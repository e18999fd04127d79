// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/billing/v1/billing.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `Billing`.
package struct BillingClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Asks whether one more request may start now: request and token buckets and quotas, in one step.
    ///
    /// Deadline: 50 ms; may be retried. Fails with unavailable (Redis down: the gateway then applies local limits); a
    /// refusal is an answer, not a failure.
    package func admit(_ request: AdmitRequest, _ context: CallContext) async throws(Failure) -> AdmitReply {
        try await rpc.unary(BillingMethods.admit, request, context)
    }

    /// Sets money aside for a turn before it starts. The same turn again gets the same reservation.
    ///
    /// Deadline: 100 ms; may be retried. Fails with resource_exhausted (budget or quota), failed_precondition (turn
    /// already ended), not_found (no price).
    package func reserve(_ request: ReserveRequest, _ context: CallContext) async throws(Failure) -> ReserveReply {
        try await rpc.unary(BillingMethods.reserve, request, context)
    }

    /// Ends a reservation by charging what was used. Exactly once per turn, however often it is called.
    ///
    /// Deadline: 2 s; may be retried. Fails with failed_precondition (already released), unavailable.
    package func settle(_ request: SettleRequest, _ context: CallContext) async throws(Failure) -> SettleReply {
        try await rpc.unary(BillingMethods.settle, request, context)
    }

    /// Ends a reservation without charge. Exactly once per turn, however often it is called.
    ///
    /// Deadline: 2 s; may be retried. Fails with failed_precondition (already settled), unavailable.
    package func release(_ request: ReleaseRequest, _ context: CallContext) async throws(Failure) -> ReleaseReply {
        try await rpc.unary(BillingMethods.release, request, context)
    }
}
