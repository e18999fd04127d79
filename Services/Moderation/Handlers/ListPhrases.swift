// SPDX-License-Identifier: Apache-2.0

package import Messages
import ModerationDomain
package import RPC

extension ModerationService {
    /// An organisation's blocked phrases.
    package func listPhrases(_ request: ListPhrasesRequest, _ context: CallContext) async throws -> ListPhrasesReply {
        let phrases = try await policies.phrases(of: request.organisationID, deadline: context.deadline)
        return ListPhrasesReply(phrases: phrases.map { PhraseRow(phrase: $0.text, redacts: $0.redacts) })
    }
}
