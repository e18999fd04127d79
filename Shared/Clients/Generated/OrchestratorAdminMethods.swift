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

    /// Every route, as this replica follows it.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let listRoutes = Method<ListRoutesRequest, ListRoutesReply>(
        id: 0x058b, name: "orchestrator.ListRoutes", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator.admin], carriesTokens: false
    )

    /// Makes a route, or another one of the same name; every replica follows it within seconds.
    ///
    /// Deadline: 5 s; may be retried. Fails with invalid_argument, unavailable.
    package static let setRoute = Method<SetRouteRequest, SetRouteReply>(
        id: 0x058c, name: "orchestrator.SetRoute", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator.admin], carriesTokens: false
    )

    /// Takes a route away: its name is then no model's, or that of the model it hid.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let removeRoute = Method<RemoveRouteRequest, RemoveRouteReply>(
        id: 0x058d, name: "orchestrator.RemoveRoute", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator.admin], carriesTokens: false
    )

    /// Which model would answer a question now, and why; nothing is asked of it.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found, invalid_argument.
    package static let explainRoute = Method<ExplainRouteRequest, ExplainRouteReply>(
        id: 0x058e, name: "orchestrator.ExplainRoute", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator.admin], carriesTokens: false
    )

    /// Why a request went, or would go, where it does: for a turn its last decisions, as long as they are remembered;
    /// for a model and the beginning of a prompt every worker of now, with what the request would cost there.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (turn), invalid_argument, unavailable.
    package static let explainPlacement = Method<ExplainPlacementRequest, ExplainPlacementReply>(
        id: 0x0583, name: "orchestrator.ExplainPlacement", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator.admin], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        listWorkers.description,
        getTurns.description,
        listRoutes.description,
        setRoute.description,
        removeRoute.description,
        explainRoute.description,
        explainPlacement.description,
    ]
}
