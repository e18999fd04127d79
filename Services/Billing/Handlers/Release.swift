// SPDX-License-Identifier: Apache-2.0

import BillingDomain
package import Messages
import Primitives
package import RPC

extension BillingService {
    /// Ends a reservation without a charge, exactly once.
    package func release(_ request: ReleaseRequest, _ context: CallContext) async throws -> ReleaseReply {
        let nobody = UUIDv7(high: 0, low: 0)
        let finished = try await ledger.finish(
            // Project, user and model come from the reservation; a release of nothing only keeps
            // a late Reserve of the turn from being granted.
            LedgerStore.Ending(
                organisation: request.organisationID, turn: request.turnID, project: ProjectID(nobody),
                user: UserID(nobody), model: "", kind: "release", promptTokens: 0, cachedTokens: 0,
                completionTokens: 0, outcome: request.reason, epoch: Int32(clamping: request.epoch)),
            deadline: context.deadline)
        if finished.verdict == .conflict { throw Failure(BillingRefusal.endedOtherwise) }
        return ReleaseReply(wasReleased: finished.verdict == .again)
    }
}
