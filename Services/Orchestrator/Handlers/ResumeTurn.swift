// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorDomain
import Primitives
package import RPC

extension OrchestratorService {
    /// Follows a turn from a place in its log: here when it runs here, else through the log. Never computes anything,
    /// so nobody admits it anew; who may call at all is looked at with every call.
    package func resumeTurn(
        _ request: ResumeTurnRequest, _ context: CallContext, _ events: StreamWriter<TurnEvent>
    ) async throws {
        let principal = try context.requirePrincipal()
        try parts.resumed.enter(request.turnID, of: principal.organisation)
        defer { parts.resumed.leave(request.turnID, of: principal.organisation) }
        if let turn = parts.runner.find(request.turnID, of: principal.organisation) {
            guard turn.principal.user == principal.user else { throw Failure.unknownTurn }
            return try await follow(turn, from: request.afterSeq, to: events, context)
        }
        guard let known = try await findTurn(request.turnID, principal.organisation, context) else {
            throw Failure.unknownTurn
        }
        let key = TurnKey(organisation: principal.organisation, turn: request.turnID, epoch: known.epoch)
        try await tell(known, key, from: request.afterSeq, as: principal, to: events, context)
    }
}
