// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/orchestrator/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `OrchestratorAdmin`.
package struct OrchestratorAdminClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// The fleet as this replica sees it.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func listWorkers(
        _ request: ListWorkersRequest, _ context: CallContext
    ) async throws(Failure) -> ListWorkersReply {
        try await rpc.unary(OrchestratorAdminMethods.listWorkers, request, context)
    }

    /// How many turns stand in which state, and how far the outbox is behind.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func getTurns(_ request: GetTurnsRequest, _ context: CallContext) async throws(Failure) -> GetTurnsReply {
        try await rpc.unary(OrchestratorAdminMethods.getTurns, request, context)
    }
}
