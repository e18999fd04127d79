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

    /// Every route, as this replica follows it.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func listRoutes(
        _ request: ListRoutesRequest, _ context: CallContext
    ) async throws(Failure) -> ListRoutesReply {
        try await rpc.unary(OrchestratorAdminMethods.listRoutes, request, context)
    }

    /// Makes a route, or another one of the same name; every replica follows it within seconds.
    ///
    /// Deadline: 5 s; may be retried. Fails with invalid_argument, unavailable.
    package func setRoute(_ request: SetRouteRequest, _ context: CallContext) async throws(Failure) -> SetRouteReply {
        try await rpc.unary(OrchestratorAdminMethods.setRoute, request, context)
    }

    /// Takes a route away: its name is then no model's, or that of the model it hid.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func removeRoute(
        _ request: RemoveRouteRequest, _ context: CallContext
    ) async throws(Failure) -> RemoveRouteReply {
        try await rpc.unary(OrchestratorAdminMethods.removeRoute, request, context)
    }

    /// Which model would answer a question now, and why; nothing is asked of it.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found, invalid_argument.
    package func explainRoute(
        _ request: ExplainRouteRequest, _ context: CallContext
    ) async throws(Failure) -> ExplainRouteReply {
        try await rpc.unary(OrchestratorAdminMethods.explainRoute, request, context)
    }

    /// Why a request went, or would go, where it does: for a turn its last decisions, as long as they are remembered;
    /// for a model and the beginning of a prompt every worker of now, with what the request would cost there.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (turn), invalid_argument, unavailable.
    package func explainPlacement(
        _ request: ExplainPlacementRequest, _ context: CallContext
    ) async throws(Failure) -> ExplainPlacementReply {
        try await rpc.unary(OrchestratorAdminMethods.explainPlacement, request, context)
    }
}
