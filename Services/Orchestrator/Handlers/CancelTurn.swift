// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorDomain
import Primitives
package import RPC

extension OrchestratorService {
    /// Ends a turn now: directly when it runs here, else by a word in its log, which its owner sees with its next
    /// append.
    package func cancelTurn(_ request: CancelTurnRequest, _ context: CallContext) async throws -> CancelTurnReply {
        let principal = try context.requirePrincipal()
        if let turn = parts.runner.find(request.turnID, of: principal.organisation) {
            guard turn.principal.user == principal.user else { throw Failure.unknownTurn }
            let wasRunning = turn.asked == nil
            turn.end(.cancelled)
            return CancelTurnReply(wasRunning: wasRunning)
        }
        guard let known = try await findTurn(request.turnID, principal.organisation, context),
            known.user == principal.user
        else { throw Failure.unknownTurn }
        guard !known.state.isTerminal else { return CancelTurnReply(wasRunning: false) }
        do {
            let wasRunning = try await parts.log.requestCancel(
                request.turnID, of: principal.organisation, deadline: context.deadline)
            return CancelTurnReply(wasRunning: wasRunning)
        } catch {
            throw Failure(
                .unavailable, "The turn cannot be reached now; try again soon.", reason: "turn_log_unavailable",
                retry: .after(.seconds(1)), cause: error)
        }
    }
}
