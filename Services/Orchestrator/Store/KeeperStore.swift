// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import Postgres
package import Primitives

/// A turn taken over from an owner that is gone.
package struct AdoptedTurn: Hashable, Sendable {
    package var key: TurnKey
    package var user: UserID
    package var project: ProjectID
    package var conversation: ConversationID?
    package var isStored: Bool
    package var model: String
}

/// A settlement that billing has not confirmed.
package struct OutboxRow: Hashable, Sendable {
    package var id: Int64
    package var organisation: OrganisationID
    package var turn: TurnID
    package var commit: TurnEnding.Commit
    package var payload: [UInt8]
    package var attempts: Int32
}

/// How many turns stand where.
package struct TurnCounts: Hashable, Sendable {
    package var running: Int64
    package var settled: Int64
    package var released: Int64
    package var expired: Int64
    package var waiting: Int64
    package var lagMilliseconds: Int64
}

/// What is done across tenants, through functions of the schema that return ids, counts and payloads only (migration
/// 0002 says why). A protocol so that sweeper and relay can be tested without a database.
package protocol TurnKeeper: Sendable {
    func renewLeases(of process: UUIDv7, turns: [TurnID], lease: Duration, deadline: Deadline) async throws
    func adoptExpired(
        by process: UUIDv7, lease: Duration, most: Int32, deadline: Deadline
    ) async throws -> [AdoptedTurn]
    func takeDueOutbox(most: Int32, deadline: Deadline) async throws -> [OutboxRow]
    func markSent(_ rows: [(id: Int64, chargedMicros: Int64)], deadline: Deadline) async throws
    func pruneOutbox(most: Int32, deadline: Deadline) async throws -> Int64
    func countTurns(deadline: Deadline) async throws -> TurnCounts
}

package struct KeeperStore: TurnKeeper {
    private let database: Database
    package init(_ database: Database) { self.database = database }

    package func renewLeases(
        of process: UUIDv7, turns: [TurnID], lease: Duration, deadline: Deadline
    ) async throws {
        _ = try await database.query(
            "SELECT conversations.renew_leases(\(process), \(turns), \(lease.milliseconds))", tenant: nil,
            deadline: deadline)
    }

    package func adoptExpired(
        by process: UUIDv7, lease: Duration, most: Int32, deadline: Deadline
    ) async throws -> [AdoptedTurn] {
        let rows = try await database.query(
            """
            SELECT organisation_id, id, epoch, user_id, project_id, conversation_id, is_stored, model
            FROM conversations.adopt_expired_turns(\(process), \(lease.milliseconds), \(most))
            """, tenant: nil, deadline: deadline)
        return try rows.map { row in
            AdoptedTurn(
                key: TurnKey(
                    organisation: try row.get(0), turn: try row.get(1),
                    epoch: UInt32(clamping: try row.get(2, as: Int32.self))),
                user: try row.get(3), project: try row.get(4), conversation: try row.get(5),
                isStored: try row.get(6), model: try row.get(7))
        }
    }

    package func takeDueOutbox(most: Int32, deadline: Deadline) async throws -> [OutboxRow] {
        let rows = try await database.query(
            """
            SELECT id, organisation_id, turn_id, kind, payload, attempts
            FROM conversations.take_due_outbox(\(most)) ORDER BY id
            """, tenant: nil, deadline: deadline)
        return try rows.map { row in
            OutboxRow(
                id: try row.get(0), organisation: try row.get(1), turn: try row.get(2),
                commit: try row.get(3, as: String.self) == TurnEnding.Commit.settle.rawValue ? .settle : .release,
                payload: try row.get(4), attempts: try row.get(5))
        }
    }

    package func markSent(_ rows: [(id: Int64, chargedMicros: Int64)], deadline: Deadline) async throws {
        _ = try await database.query(
            "SELECT conversations.mark_outbox_sent(\(rows.map(\.id)), \(rows.map(\.chargedMicros)))", tenant: nil,
            deadline: deadline)
    }

    package func pruneOutbox(most: Int32, deadline: Deadline) async throws -> Int64 {
        let rows = try await database.query(
            "SELECT conversations.prune_outbox(\(most))", tenant: nil, deadline: deadline)
        return try rows.first?.get(0) ?? 0
    }

    package func countTurns(deadline: Deadline) async throws -> TurnCounts {
        let rows = try await database.query(
            "SELECT running, settled, released, expired, waiting, lag_ms FROM conversations.count_turns()",
            tenant: nil, deadline: deadline)
        guard let row = rows.first else {
            throw DatabaseFailure(.decoding, detail: "count_turns returned nothing")
        }
        return TurnCounts(
            running: try row.get(0), settled: try row.get(1), released: try row.get(2), expired: try row.get(3),
            waiting: try row.get(4), lagMilliseconds: try row.get(5))
    }
}
