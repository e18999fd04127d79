// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import Postgres
package import Primitives

/// A conversation as it is listed.
package struct ConversationRow: Hashable, Sendable {
    package var id: ConversationID
    package var title: String
    package var metadata: [UInt8]
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
}

/// A kept message as it is listed.
package struct ItemRow: Hashable, Sendable {
    package var id: ItemID
    package var createdAt: Timestamp
    package var entry: PromptEntry
    package var model: String?
    package var finishReason: String?
}

/// Whose conversations: every statement names the organisation and the person.
package struct ConversationOwner: Hashable, Sendable {
    package var organisation: OrganisationID
    package var user: UserID
    package var project: ProjectID

    package init(organisation: OrganisationID, user: UserID, project: ProjectID) {
        self.organisation = organisation
        self.user = user
        self.project = project
    }

    package init(_ principal: Principal) {
        self.init(organisation: principal.organisation, user: principal.user, project: principal.project)
    }
}

package protocol ConversationKeeping: Sendable {
    /// Everything said in a conversation, oldest first, at most `most` messages; nil when there is no such
    /// conversation.
    func history(of id: ConversationID, owner: ConversationOwner, most: Int, deadline: Deadline) async throws
        -> [PromptEntry]?
    /// Makes a conversation, or returns the one that has this id; nil when it is somebody else's.
    func create(
        _ id: ConversationID, owner: ConversationOwner, title: String, metadata: [UInt8], deadline: Deadline
    ) async throws -> ConversationRow?
    func find(_ id: ConversationID, owner: ConversationOwner, deadline: Deadline) async throws -> ConversationRow?
    func list(owner: ConversationOwner, after: ConversationID?, limit: Int, deadline: Deadline) async throws
        -> [ConversationRow]
    /// Hides a conversation and its items. Returns false when there was none.
    func delete(_ id: ConversationID, owner: ConversationOwner, deadline: Deadline) async throws -> Bool
    func items(
        of id: ConversationID, owner: ConversationOwner, after: ItemID?, limit: Int, deadline: Deadline
    ) async throws -> [ItemRow]
}

/// The tables `conversations.conversations` and `conversations.items`.
package struct ConversationStore: ConversationKeeping {
    private let database: Database
    package init(_ database: Database) { self.database = database }

    package func history(
        of id: ConversationID, owner: ConversationOwner, most: Int, deadline: Deadline
    ) async throws -> [PromptEntry]? {
        guard try await find(id, owner: owner, deadline: deadline) != nil else { return nil }
        return try await items(of: id, owner: owner, after: nil, limit: most, deadline: deadline).map(\.entry)
    }

    package func create(
        _ id: ConversationID, owner: ConversationOwner, title: String, metadata: [UInt8], deadline: Deadline
    ) async throws -> ConversationRow? {
        _ = try await database.query(
            """
            INSERT INTO conversations.conversations (
                organisation_id, id, user_id, project_id, bucket, title, metadata)
            VALUES (
                \(owner.organisation), \(id), \(owner.user), \(owner.project),
                \(ConversationBucket.of(owner.user))::smallint, \(title), \(json: metadata))
            ON CONFLICT DO NOTHING
            """, tenant: owner.organisation, deadline: deadline)
        return try await find(id, owner: owner, deadline: deadline)
    }

    package func find(
        _ id: ConversationID, owner: ConversationOwner, deadline: Deadline
    ) async throws -> ConversationRow? {
        let rows = try await database.query(
            """
            SELECT id, title, metadata, created_at, updated_at FROM conversations.conversations
            WHERE organisation_id = \(owner.organisation) AND id = \(id) AND user_id = \(owner.user)
                AND deleted_at IS NULL
            """, tenant: owner.organisation, deadline: deadline)
        return try rows.first.map(Self.conversation)
    }

    package func list(
        owner: ConversationOwner, after: ConversationID?, limit: Int, deadline: Deadline
    ) async throws -> [ConversationRow] {
        try await database.query(
            """
            SELECT id, title, metadata, created_at, updated_at FROM conversations.conversations
            WHERE organisation_id = \(owner.organisation) AND user_id = \(owner.user) AND deleted_at IS NULL
                AND (\(after)::uuid IS NULL OR id < \(after)::uuid)
            ORDER BY id DESC LIMIT \(limit)
            """, tenant: owner.organisation, deadline: deadline
        ).map(Self.conversation)
    }

    package func delete(
        _ id: ConversationID, owner: ConversationOwner, deadline: Deadline
    ) async throws -> Bool {
        let rows = try await database.query(
            """
            WITH hidden AS (
                UPDATE conversations.conversations SET deleted_at = now()
                WHERE organisation_id = \(owner.organisation) AND id = \(id) AND user_id = \(owner.user)
                    AND deleted_at IS NULL
                RETURNING organisation_id, id
            ), items AS (
                UPDATE conversations.items AS i SET deleted_at = now()
                FROM hidden AS h WHERE i.organisation_id = h.organisation_id AND i.conversation_id = h.id
            )
            SELECT 1 FROM hidden
            """, tenant: owner.organisation, deadline: deadline)
        return !rows.isEmpty
    }

    package func items(
        of id: ConversationID, owner: ConversationOwner, after: ItemID?, limit: Int, deadline: Deadline
    ) async throws -> [ItemRow] {
        try await database.query(
            """
            SELECT id, created_at, role, content, name, tool_calls, tool_call_id, citations, token_ids, tokenizer,
                model, finish_reason
            FROM conversations.items
            WHERE organisation_id = \(owner.organisation) AND conversation_id = \(id) AND user_id = \(owner.user)
                AND deleted_at IS NULL AND (\(after)::uuid IS NULL OR id > \(after)::uuid)
            ORDER BY id LIMIT \(limit)
            """, tenant: owner.organisation, deadline: deadline
        ).map(Self.item)
    }

    private static func conversation(_ row: Row) throws -> ConversationRow {
        ConversationRow(
            id: try row.get(0), title: try row.get(1), metadata: try row.get(2), createdAt: try row.get(3),
            updatedAt: try row.get(4))
    }

    private static func item(_ row: Row) throws -> ItemRow {
        let role: String = try row.get(2)
        guard let role = PromptEntry.Role(rawValue: role) else {
            throw DatabaseFailure(.decoding, detail: "items.role holds an unknown word")
        }
        return ItemRow(
            id: try row.get(0), createdAt: try row.get(1),
            entry: PromptEntry(
                role, try row.get(3), name: try row.get(4), toolCalls: try row.get(5), toolCallID: try row.get(6),
                passages: try StoredCitation.decode(try row.get(7)),
                tokens: TokenBytes.decode(try row.get(8, as: [UInt8]?.self) ?? []), tokenizer: try row.get(9)),
            model: try row.get(10), finishReason: try row.get(11))
    }
}
