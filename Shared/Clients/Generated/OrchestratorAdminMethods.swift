// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/orchestrator/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `OrchestratorAdmin`: what a caller and a server must agree on.
package enum OrchestratorAdminMethods {
    /// The fleet as this replica sees it.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let listWorkers = Method<ListWorkersRequest, ListWorkersReply>(
        id: 0x0581, name: "orchestrator.ListWorkers", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator.admin], carriesTokens: false
    )

    /// How many turns stand in which state, and how far the outbox is behind.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let getTurns = Method<GetTurnsRequest, GetTurnsReply>(
        id: 0x0582, name: "orchestrator.GetTurns", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator.admin], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [listWorkers.description, getTurns.description]
}
