// SPDX-License-Identifier: Apache-2.0

package import Messages
import ModerationDomain
package import RPC

extension ModerationService {
    /// Judges a text as `JudgeText` would for that organisation, and records nothing.
    package func explainText(_ request: ExplainTextRequest, _ context: CallContext) async throws -> Verdict {
        let (judgement, policy) = try await judge(
            request.text, request.direction, organisation: request.organisationID, context)
        return Verdict(judgement, policyVersion: policy.version)
    }
}
