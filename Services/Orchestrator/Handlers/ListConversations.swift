// SPDX-License-Identifier: Apache-2.0

package import Messages
package import RPC

extension OrchestratorService {
    /// How many rows a page has: what is asked for, 20 when nothing is, never more than 100.
    static func pageSize(_ asked: UInt32) -> Int { asked == 0 ? 20 : Int(min(asked, 100)) }

    /// The caller's conversations, newest first.
    package func listConversations(
        _ request: ListConversationsRequest, _ context: CallContext
    ) async throws -> ListConversationsReply {
        let owner = ConversationOwner(try context.requirePrincipal())
        let limit = Self.pageSize(request.limit)
        // One more than asked for tells whether there is another page.
        let rows = try await stored {
            try await parts.conversations.list(
                owner: owner, after: request.afterConversationID, limit: limit + 1, deadline: context.deadline)
        }
        return ListConversationsReply(
            conversations: rows.prefix(limit).map(ConversationReply.init), hasMore: rows.count > limit)
    }
}
