// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension OrchestratorService {
    /// Titles are for lists; a longer one is no title.
    private static let maxTitleBytes = 512
    /// Sixteen entries of 64 and 512 characters, as OpenAI allows, fit.
    private static let maxMetadataBytes = 16 * 1024

    /// Makes a conversation; the same id again returns it.
    package func createConversation(
        _ request: CreateConversationRequest, _ context: CallContext
    ) async throws -> ConversationReply {
        let principal = try context.requirePrincipal()
        guard request.title.utf8.count <= Self.maxTitleBytes else {
            throw Failure.badArgument("The title is longer than \(Self.maxTitleBytes) bytes.", reason: "invalid_title")
        }
        let metadata = request.metadataJSON ?? Array("{}".utf8)
        guard metadata.count <= Self.maxMetadataBytes, ConversationMetadata.isValid(metadata) else {
            throw Failure.badArgument(
                "The metadata is no object of at most 16 short strings.", reason: "invalid_metadata")
        }
        let made = try await stored {
            try await parts.conversations.create(
                request.conversationID, owner: ConversationOwner(principal), title: request.title, metadata: metadata,
                deadline: context.deadline)
        }
        guard let made else { throw Failure.conversationTaken }
        return ConversationReply(made)
    }
}
