// SPDX-License-Identifier: Apache-2.0

package import Messages
import ModerationDomain
import Primitives
package import RPC

extension ModerationService {
    /// Adds a phrase to an organisation's blocklist.
    package func blockPhrase(_ request: BlockPhraseRequest, _ context: CallContext) async throws -> BlockPhraseReply {
        let canonical = PhraseTrie.canonical(request.phrase)
        guard !canonical.isEmpty, canonical.count <= PhraseTrie.longestPhraseBytes else {
            throw Failure(
                .invalidArgument, "A phrase has 1 to \(PhraseTrie.longestPhraseBytes) bytes.", reason: "bad_phrase")
        }
        let version = try await policies.block(
            PhraseTrie.Phrase(text: String(decoding: canonical, as: UTF8.self), redacts: request.redacts),
            for: request.organisationID, deadline: context.deadline)
        return BlockPhraseReply(policyVersion: UInt32(clamping: version))
    }
}
