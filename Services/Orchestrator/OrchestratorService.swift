// SPDX-License-Identifier: Apache-2.0

import Clients
import OrchestratorDomain
import Primitives
package import RPC

/// Conversations, turns and the fleet behind them.
///
/// Handlers hold no state of their own: a turn lives in the runner, the fleet in its registry, everything else in
/// Postgres and Redis. So any number of replicas serve side by side.
package struct OrchestratorService: Sendable {
    let shared: SharedParts
    var parts: OrchestratorParts { _read { yield shared.all } }

    package init(_ parts: OrchestratorParts) { shared = SharedParts(parts) }

    /// Everything this service offers.
    package var methods: MethodTable {
        var table = MethodTable()
        table.serverStreaming(OrchestratorMethods.startTurn, startTurn)
        table.serverStreaming(OrchestratorMethods.resumeTurn, resumeTurn)
        table.unary(OrchestratorMethods.cancelTurn, cancelTurn)
        table.unary(OrchestratorMethods.embed, embed)
        table.unary(OrchestratorMethods.rank, rank)
        table.unary(OrchestratorMethods.listModels, listModels)
        table.unary(OrchestratorMethods.createConversation, createConversation)
        table.unary(OrchestratorMethods.getConversation, getConversation)
        table.unary(OrchestratorMethods.listConversations, listConversations)
        table.unary(OrchestratorMethods.deleteConversation, deleteConversation)
        table.unary(OrchestratorMethods.listItems, listItems)
        table.unary(OrchestratorAdminMethods.listWorkers, listWorkers)
        table.unary(OrchestratorAdminMethods.getTurns, getTurns)
        table.unary(OrchestratorAdminMethods.listRoutes, listRoutes)
        table.unary(OrchestratorAdminMethods.setRoute, setRoute)
        table.unary(OrchestratorAdminMethods.removeRoute, removeRoute)
        table.unary(OrchestratorAdminMethods.explainRoute, explainRoute)
        table.unary(OrchestratorAdminMethods.explainPlacement, explainPlacement)
        return table
    }

    /// Runs what may fail in a store, and translates its failures.
    func stored<T>(_ body: () async throws -> T) async throws(Failure) -> T {
        do {
            return try await body()
        } catch {
            throw .ofStore(error)
        }
    }
}
