// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorDomain
import Primitives
package import RPC

extension OrchestratorService {
    /// The items of a conversation, oldest first.
    package func listItems(_ request: ListItemsRequest, _ context: CallContext) async throws -> ListItemsReply {
        let owner = ConversationOwner(try context.requirePrincipal())
        let limit = Self.pageSize(request.limit)
        let rows = try await stored { () -> [ItemRow]? in
            let id = request.conversationID
            guard try await parts.conversations.find(id, owner: owner, deadline: context.deadline) != nil else {
                return nil
            }
            return try await parts.conversations.items(
                of: id, owner: owner, after: request.afterItemID, limit: limit + 1, deadline: context.deadline)
        }
        guard let rows else { throw Failure.unknownConversation }
        return ListItemsReply(items: rows.prefix(limit).map(ItemReply.init), hasMore: rows.count > limit)
    }
}

extension ItemReply {
    init(_ row: ItemRow) {
        self.init(
            itemID: row.id, role: row.entry.role.rawValue, content: row.entry.content,
            createdAtUs: row.createdAt.microseconds, citations: row.entry.passages.map(Citation.init),
            model: row.model, finishReason: row.finishReason)
    }
}
