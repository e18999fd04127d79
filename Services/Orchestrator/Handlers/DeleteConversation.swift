// SPDX-License-Identifier: Apache-2.0

import Logging
package import Messages
import Primitives
package import RPC

extension OrchestratorService {
    /// Hides a conversation at once, here and in the cache.
    package func deleteConversation(
        _ request: DeleteConversationRequest, _ context: CallContext
    ) async throws -> DeleteConversationReply {
        let owner = ConversationOwner(try context.requirePrincipal())
        let wasThere = try await stored {
            try await parts.conversations.delete(request.conversationID, owner: owner, deadline: context.deadline)
        }
        do {
            try await parts.cache.drop(request.conversationID, owner: owner, deadline: context.deadline)
        } catch {
            // The row decides who may go on with a conversation, so a forgotten cache entry shows nothing to anybody.
            parts.logger.warning("the conversation cache is not dropped", metadata: ["error": "\(error)"])
        }
        guard wasThere else { throw Failure.unknownConversation }
        return DeleteConversationReply()
    }
}
