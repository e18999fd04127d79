// SPDX-License-Identifier: Apache-2.0

package import Messages
import ModerationDomain
import Primitives
package import RPC

extension ModerationService {
    /// The longest text judged in one call: all of a large context window.
    static let longestText = 1_048_576

    /// Judges one whole text under the caller's organisation's policy.
    package func judgeText(_ request: JudgeTextRequest, _ context: CallContext) async throws -> Verdict {
        let principal = try context.requirePrincipal()
        let (judgement, policy) = try await judge(
            request.text, request.direction, organisation: principal.organisation, context)
        if judgement.action != .allow, let direction = TextDirection(request.direction) {
            verdicts.add(
                VerdictLog.Record(
                    organisation: principal.organisation, id: identifiers.next(), direction: direction,
                    action: judgement.action, reasons: judgement.reasons, policyVersion: policy.version,
                    traceID: context.trace.traceID))
        }
        return Verdict(judgement, policyVersion: policy.version)
    }

    func judge(
        _ text: String, _ direction: Direction, organisation: OrganisationID, _ context: CallContext
    ) async throws -> (Judgement, ModerationPolicy) {
        guard text.utf8.count <= Self.longestText else { throw Failure.textTooLong(limit: Self.longestText) }
        guard let direction = TextDirection(direction) else { throw Failure.missingDirection }
        let policy = await policies.policy(of: organisation, deadline: context.deadline)
        return (TextJudge.judge(text, direction: direction, policy: policy), policy)
    }
}
