// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/billing/v1/billing.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `Billing`: what a caller and a server must agree on.
package enum BillingMethods {
    /// Asks whether one more request may start now: request and token buckets and quotas, in one step.
    ///
    /// Deadline: 50 ms; may be retried. Fails with unavailable (Redis down: the gateway then applies local limits); a
    /// refusal is an answer, not a failure.
    package static let admit = Method<AdmitRequest, AdmitReply>(
        id: 0x0201, name: "billing.Admit", kind: .unary, isIdempotent: true, deadline: .milliseconds(50),
        callers: [.gateway], carriesTokens: false
    )

    /// Sets money aside for a turn before it starts. The same turn again gets the same reservation.
    ///
    /// Deadline: 100 ms; may be retried. Fails with resource_exhausted (budget or quota), failed_precondition (turn
    /// already ended), not_found (no price).
    package static let reserve = Method<ReserveRequest, ReserveReply>(
        id: 0x0202, name: "billing.Reserve", kind: .unary, isIdempotent: true, deadline: .milliseconds(100),
        callers: [.orchestrator], carriesTokens: false
    )

    /// Ends a reservation by charging what was used. Exactly once per turn, however often it is called.
    ///
    /// Deadline: 2 s; may be retried. Fails with failed_precondition (already released), unavailable.
    package static let settle = Method<SettleRequest, SettleReply>(
        id: 0x0203, name: "billing.Settle", kind: .unary, isIdempotent: true, deadline: .seconds(2),
        callers: [.orchestrator], carriesTokens: false
    )

    /// Ends a reservation without charge. Exactly once per turn, however often it is called.
    ///
    /// Deadline: 2 s; may be retried. Fails with failed_precondition (already settled), unavailable.
    package static let release = Method<ReleaseRequest, ReleaseReply>(
        id: 0x0204, name: "billing.Release", kind: .unary, isIdempotent: true, deadline: .seconds(2),
        callers: [.orchestrator], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        admit.description,
        reserve.description,
        settle.description,
        release.description,
    ]
}
