// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import Postgres
package import Primitives

/// The table `conversations.turns`, the items a turn writes, and the outbox row of its settlement.
///
/// Every statement compares the epoch: what an owner that was replaced still tries to write, writes nothing.
package struct TurnStore: TurnKeeping {
    private let database: Database
    package init(_ database: Database) { self.database = database }

    package func accept(_ turn: NewTurn, deadline: Deadline) async throws -> TurnAcceptance {
        // A turn that keeps no messages has nothing more to make durable: it is accepted and running in one statement.
        let state: TurnState = turn.isStored ? .accepted : .running
        let rows = try await database.query(
            """
            INSERT INTO conversations.turns (
                organisation_id, id, user_id, project_id, conversation_id, is_stored, state, owner, lease_until, model)
            SELECT \(turn.organisation), \(turn.turn), \(turn.user), \(turn.project), \(turn.conversation),
                \(turn.isStored), \(state.rawValue), \(turn.owner),
                now() + \(turn.lease.milliseconds) * interval '1 ms', \(turn.model)
            WHERE \(turn.conversation)::uuid IS NULL OR EXISTS (
                SELECT 1 FROM conversations.conversations
                WHERE organisation_id = \(turn.organisation) AND id = \(turn.conversation) AND user_id = \(turn.user)
                    AND deleted_at IS NULL)
            ON CONFLICT DO NOTHING
            RETURNING 1
            """, tenant: turn.organisation, deadline: deadline)
        if !rows.isEmpty { return .accepted }
        if let known = try await find(turn.turn, of: turn.organisation, deadline: deadline) { return .known(known) }
        return .noSuchConversation
    }

    package func begin(_ key: TurnKey, of turn: NewTurn, items: [NewItem], deadline: Deadline) async throws {
        // One round trip: no statement needs another's result, because each looks at the turn's row itself.
        var statements: [SQL] = [
            """
            UPDATE conversations.turns SET state = 'running'
            WHERE organisation_id = \(key.organisation) AND id = \(key.turn) AND epoch = \(Int32(key.epoch))
                AND state = 'accepted'
            RETURNING 1
            """
        ]
        for item in items { statements.append(Self.insert(item, of: turn, when: key)) }
        if let conversation = turn.conversation {
            statements.append(
                """
                UPDATE conversations.conversations SET updated_at = now()
                WHERE organisation_id = \(key.organisation) AND id = \(conversation)
                """)
        }
        let rows = try await database.atomically(statements, tenant: key.organisation, deadline: deadline)
        let started = rows.first?.isEmpty == false
        guard started else { throw TurnRefusal.staleEpoch(current: key.epoch) }
    }

    /// Ends the turn, keeps its answer and queues its settlement in one statement, so that there is never one without
    /// the others. A released turn takes its messages back: asking again must not say them twice.
    package func end(_ key: TurnKey, _ ended: EndedTurn, deadline: Deadline) async throws -> EndResult {
        let ending = ended.ending
        let item = ended.item
        let rows = try await database.query(
            """
            WITH ended AS (
                UPDATE conversations.turns
                SET state = \(ending.state.rawValue), outcome = \(ending.outcome.rawValue),
                    finish_reason = \(ending.finishReason), prompt_tokens = \(Int32(clamping: ended.tally.prompt)),
                    cached_tokens = \(Int32(clamping: ended.tally.cached)),
                    completion_tokens = \(Int32(clamping: ended.tally.completion)),
                    item_id = \(item?.id), ended_at = now()
                WHERE organisation_id = \(key.organisation) AND id = \(key.turn) AND epoch = \(Int32(key.epoch))
                    AND ended_at IS NULL
                RETURNING organisation_id, id
            ), kept AS (
                INSERT INTO conversations.items (
                    organisation_id, id, conversation_id, user_id, turn_id, role, content, token_ids, tokenizer, model,
                    finish_reason)
                SELECT e.organisation_id, \(item?.id)::uuid, \(ended.conversation)::uuid, \(ended.user)::uuid, e.id,
                    'assistant', \(item?.entry.content ?? "")::text, \(item.flatMap(Self.tokenBytes))::bytea,
                    \(item?.entry.tokenizer)::text, \(item?.model)::text, \(item?.finishReason)::text
                FROM ended AS e WHERE \(item != nil)
            ), taken_back AS (
                UPDATE conversations.items AS i SET deleted_at = now()
                FROM ended AS e
                WHERE \(ending.state == .released) AND i.organisation_id = e.organisation_id AND i.turn_id = e.id
            ), touched AS (
                UPDATE conversations.conversations AS c SET updated_at = now()
                FROM ended AS e WHERE c.organisation_id = e.organisation_id AND c.id = \(ended.conversation)::uuid
            ), queued AS (
                INSERT INTO conversations.outbox (organisation_id, turn_id, kind, payload, due_at)
                SELECT e.organisation_id, e.id, \(ending.commit.rawValue)::text, \(ended.payload)::bytea,
                    now() + \(ended.grace.milliseconds) * interval '1 ms'
                FROM ended AS e WHERE \(ended.payload != nil)
                RETURNING id
            )
            SELECT (SELECT id FROM queued) FROM ended
            """, tenant: key.organisation, deadline: deadline)
        if let row = rows.first { return .ended(outbox: try row.get(0)) }
        return try await wasEndedByUs(key, as: ending, deadline: deadline)
    }

    /// Tells an end that an earlier attempt wrote, whose answer was lost on the way, from one that another owner wrote.
    private func wasEndedByUs(_ key: TurnKey, as ending: TurnEnding, deadline: Deadline) async throws -> EndResult {
        let rows = try await database.query(
            """
            SELECT o.id FROM conversations.turns AS t
            LEFT JOIN conversations.outbox AS o ON o.organisation_id = t.organisation_id AND o.turn_id = t.id
            WHERE t.organisation_id = \(key.organisation) AND t.id = \(key.turn) AND t.epoch = \(Int32(key.epoch))
                AND t.state = \(ending.state.rawValue)
            """, tenant: key.organisation, deadline: deadline)
        guard let row = rows.first else { return .lost }
        return .ended(outbox: try row.get(0))
    }

    package func find(
        _ turn: TurnID, of organisation: OrganisationID, deadline: Deadline
    ) async throws -> KnownTurn? {
        let rows = try await database.query(
            """
            SELECT user_id, state, epoch, model, conversation_id, created_at, finish_reason, prompt_tokens,
                cached_tokens, completion_tokens, charged_micros, item_id
            FROM conversations.turns WHERE organisation_id = \(organisation) AND id = \(turn)
            """, tenant: organisation, deadline: deadline)
        guard let row = rows.first else { return nil }
        let state: String = try row.get(1)
        return KnownTurn(
            user: try row.get(0),
            // The column's check allows no other word; a newer one would be an end we cannot read.
            state: TurnState(rawValue: state) ?? .expired,
            epoch: UInt32(clamping: try row.get(2, as: Int32.self)), model: try row.get(3),
            conversation: try row.get(4), createdAt: try row.get(5), finishReason: try row.get(6),
            tally: TokenTally(
                prompt: UInt32(clamping: try row.get(7, as: Int32.self)),
                cached: UInt32(clamping: try row.get(8, as: Int32.self)),
                completion: UInt32(clamping: try row.get(9, as: Int32.self))),
            chargedMicros: try row.get(10), item: try row.get(11))
    }

    private static func insert(_ item: NewItem, of turn: NewTurn, when key: TurnKey) -> SQL {
        """
        INSERT INTO conversations.items (
            organisation_id, id, conversation_id, user_id, turn_id, role, content, name, tool_calls, tool_call_id,
            citations)
        SELECT t.organisation_id, \(item.id)::uuid, t.conversation_id, t.user_id, t.id,
            \(item.entry.role.rawValue)::text,
            \(item.entry.content)::text, \(item.entry.name)::text, \(json: item.entry.toolCalls)::jsonb,
            \(item.entry.toolCallID)::text, \(json: StoredCitation.encode(item.entry.passages))::jsonb
        FROM conversations.turns AS t
        WHERE t.organisation_id = \(key.organisation) AND t.id = \(key.turn) AND t.epoch = \(Int32(key.epoch))
            AND t.state = 'running'
        """
    }

    private static func tokenBytes(_ item: NewItem) -> [UInt8]? {
        item.entry.tokens.isEmpty ? nil : TokenBytes.encode(item.entry.tokens)
    }
}
