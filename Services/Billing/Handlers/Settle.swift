// SPDX-License-Identifier: Apache-2.0

import BillingDomain
import Logging
package import Messages
import Primitives
package import RPC

extension BillingService {
    /// Charges what a turn used, exactly once.
    package func settle(_ request: SettleRequest, _ context: CallContext) async throws -> SettleReply {
        let usage = request.usage
        guard usage.cachedTokens <= usage.promptTokens else {
            throw Failure(.invalidArgument, "Cached tokens are a part of the prompt's.", reason: "bad_usage")
        }
        let finished = try await ledger.finish(
            LedgerStore.Ending(
                organisation: request.organisationID, turn: request.turnID, project: request.projectID,
                user: request.userID, model: request.model, kind: "settle", promptTokens: Int64(usage.promptTokens),
                cachedTokens: Int64(usage.cachedTokens), completionTokens: Int64(usage.completionTokens),
                outcome: request.outcome, epoch: Int32(clamping: request.epoch)),
            deadline: context.deadline)
        switch finished.verdict {
        case .done: await count(usage, of: request.organisationID, context)
        case .again: break
        case .conflict: throw Failure(BillingRefusal.endedOtherwise)
        case .noPrice: throw Failure(BillingRefusal.noPrice(model: request.model))
        }
        return SettleReply(
            chargedMicros: finished.chargedMicros, currency: finished.currency,
            wasSettled: finished.verdict == .again)
    }

    /// The ledger is written; the counters only follow it. When Redis is away they fall behind, and are read from the
    /// ledger again once Redis has lost them.
    private func count(_ usage: Usage, of organisation: OrganisationID, _ context: CallContext) async {
        let tokens = Int64(usage.promptTokens) + Int64(usage.completionTokens)
        do {
            try await buckets.count(
                tokens: tokens, of: organisation, now: time.timestamp(), deadline: context.deadline)
        } catch {
            logger.warning(
                "token counters fell behind the ledger",
                metadata: ["organisation": "\(organisation)", "tokens": "\(tokens)", "error": "\(error)"])
        }
    }
}
