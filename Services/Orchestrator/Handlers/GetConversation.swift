// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension OrchestratorService {
    package func getConversation(
        _ request: GetConversationRequest, _ context: CallContext
    ) async throws -> ConversationReply {
        let owner = ConversationOwner(try context.requirePrincipal())
        let found = try await stored {
            try await parts.conversations.find(request.conversationID, owner: owner, deadline: context.deadline)
        }
        guard let found else { throw Failure.unknownConversation }
        return ConversationReply(found)
    }
}

extension ConversationReply {
    init(_ row: ConversationRow) {
        self.init(
            conversationID: row.id, title: row.title, createdAtUs: row.createdAt.microseconds,
            updatedAtUs: row.updatedAt.microseconds, metadataJSON: row.metadata)
    }
}
