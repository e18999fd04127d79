// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Primitives
import Synchronization

@testable import OrchestratorService

/// Turns, items and the outbox in memory, under the same rules as the SQL: every write compares the epoch.
final class MemoryTurns: TurnKeeping, TurnKeeper {
    struct Row: Sendable {
        var new: NewTurn
        var life: TurnLife
        var ended: EndedTurn?
        var charged: Int64 = 0
        var isAbandoned = false
    }

    struct Stored: Sendable {
        var items: [NewItem] = []
        var rows: [TurnID: Row] = [:]
        var outbox: [OutboxRow] = []
        var sent: Set<Int64> = []
        var isDown = false
        var conversations: Set<ConversationID> = []
    }

    let stored = Mutex(Stored())

    private func check(_ stored: Stored) throws {
        if stored.isDown { throw Failure.storeUnavailable }
    }

    func accept(_ turn: NewTurn, deadline: Deadline) async throws -> TurnAcceptance {
        try stored.withLock { stored in
            try check(stored)
            if let row = stored.rows[turn.turn] { return .known(Self.known(row)) }
            if let id = turn.conversation, !stored.conversations.contains(id) { return .noSuchConversation }
            stored.rows[turn.turn] = Row(new: turn, life: TurnLife())
            return .accepted
        }
    }

    func begin(_ key: TurnKey, of turn: NewTurn, items: [NewItem], deadline: Deadline) async throws {
        try stored.withLock { stored in
            try check(stored)
            try stored.rows[key.turn]?.life.take(.start, epoch: key.epoch)
            stored.items += items
        }
    }

    func end(_ key: TurnKey, _ ended: EndedTurn, deadline: Deadline) async throws -> EndResult {
        try stored.withLock { stored in
            try check(stored)
            guard var row = stored.rows[key.turn] else { return .lost }
            do {
                try row.life.take(.end(ended.ending.state), epoch: key.epoch)
            } catch {
                return .lost
            }
            row.ended = ended
            stored.rows[key.turn] = row
            if let item = ended.item { stored.items.append(item) }
            guard let payload = ended.payload else { return .ended(outbox: nil) }
            let id = Int64(stored.outbox.count + 1)
            stored.outbox.append(
                OutboxRow(
                    id: id, organisation: key.organisation, turn: key.turn, commit: ended.ending.commit,
                    payload: payload, attempts: 0))
            return .ended(outbox: id)
        }
    }

    func find(_ turn: TurnID, of organisation: OrganisationID, deadline: Deadline) async throws -> KnownTurn? {
        try stored.withLock { stored in
            try check(stored)
            return stored.rows[turn].flatMap { $0.new.organisation == organisation ? Self.known($0) : nil }
        }
    }

    private static func known(_ row: Row) -> KnownTurn {
        KnownTurn(
            user: row.new.user, state: row.life.state, epoch: row.life.epoch, model: row.new.model,
            conversation: row.new.conversation, createdAt: Timestamp(microseconds: 1),
            finishReason: row.ended?.ending.finishReason, tally: row.ended?.tally ?? TokenTally(),
            chargedMicros: row.charged, item: row.ended?.item?.id)
    }

    // MARK: TurnKeeper

    func renewLeases(of process: UUIDv7, turns: [TurnID], lease: Duration, deadline: Deadline) async throws {}

    func adoptExpired(
        by process: UUIDv7, lease: Duration, most: Int32, deadline: Deadline
    ) async throws -> [AdoptedTurn] {
        try stored.withLock { stored in
            var adopted: [AdoptedTurn] = []
            for (id, row) in stored.rows where row.isAbandoned && !row.life.state.isTerminal {
                var row = row
                try row.life.take(.adopt, epoch: row.life.epoch)
                row.isAbandoned = false
                stored.rows[id] = row
                adopted.append(
                    AdoptedTurn(
                        key: TurnKey(organisation: row.new.organisation, turn: id, epoch: row.life.epoch),
                        user: row.new.user, project: row.new.project, conversation: row.new.conversation,
                        isStored: row.new.isStored, model: row.new.model))
            }
            return adopted
        }
    }

    func takeDueOutbox(most: Int32, deadline: Deadline) async throws -> [OutboxRow] {
        stored.withLock { stored in stored.outbox.filter { !stored.sent.contains($0.id) } }
    }

    func markSent(_ rows: [(id: Int64, chargedMicros: Int64)], deadline: Deadline) async throws {
        stored.withLock { stored in
            for row in rows where stored.sent.insert(row.id).inserted {
                guard let turn = stored.outbox.first(where: { $0.id == row.id })?.turn else { continue }
                stored.rows[turn]?.charged = row.chargedMicros
            }
        }
    }

    func pruneOutbox(most: Int32, deadline: Deadline) async throws -> Int64 { 0 }

    func countTurns(deadline: Deadline) async throws -> TurnCounts {
        stored.withLock { stored in
            let states = stored.rows.values.map(\.life.state)
            let count = { (state: TurnState) in Int64(states.count { $0 == state }) }
            return TurnCounts(
                running: count(.accepted) + count(.running), settled: count(.settled), released: count(.released),
                expired: count(.expired), waiting: Int64(stored.outbox.count - stored.sent.count), lagMilliseconds: 0)
        }
    }
}

/// The turn log in memory, under the rule of its script.
final class MemoryLog: TurnLogging {
    struct Stored: Sendable {
        var records: [TurnID: [TurnLogRecord]] = [:]
        var attended: [TurnID: MonotonicInstant] = [:]
        var isDown = false
    }

    let stored = Mutex(Stored())

    func append(
        _ entries: [TurnLogEntry], to key: TurnKey, keep: Duration, deadline: Deadline
    ) async throws -> TurnLogAnswer {
        try stored.withLock { stored in
            if stored.isDown { throw TurnLogDamage() }
            var records = stored.records[key.turn] ?? []
            if let last = records.last, last.epoch > key.epoch { return .stale }
            let isCancelled = records.last?.entry == .cancelled
            for entry in entries {
                records.append(TurnLogRecord(id: "\(records.count + 1)", epoch: key.epoch, entry: entry))
            }
            stored.records[key.turn] = records
            return isCancelled ? .cancelRequested : .appended
        }
    }

    func read(
        _ turn: TurnID, of organisation: OrganisationID, after: String, most: Int, deadline: Deadline
    ) async throws -> [TurnLogRecord] {
        try stored.withLock { stored in
            if stored.isDown { throw TurnLogDamage() }
            return Array((stored.records[turn] ?? []).dropFirst(Int(after) ?? 0).prefix(most))
        }
    }

    func requestCancel(_ turn: TurnID, of organisation: OrganisationID, deadline: Deadline) async throws -> Bool {
        stored.withLock { stored in
            guard let last = stored.records[turn]?.last else { return false }
            if case .finished = last.entry { return false }
            let count = stored.records[turn, default: []].count
            stored.records[turn, default: []].append(
                TurnLogRecord(id: "\(count + 1)", epoch: last.epoch, entry: .cancelled))
            return true
        }
    }
}

extension MemoryLog {
    func attend(
        _ turn: TurnID, of organisation: OrganisationID, for duration: Duration, deadline: Deadline
    ) async throws {
        stored.withLock { $0.attended[turn] = SystemTime().now() + duration }
    }

    func isAttended(_ turn: TurnID, of organisation: OrganisationID, deadline: Deadline) async throws -> Bool {
        stored.withLock { $0.attended[turn].map { SystemTime().now() < $0 } ?? false }
    }
}

/// Conversations in memory; their messages are the items that `MemoryTurns` kept.
final class MemoryConversations: ConversationKeeping {
    private let turns: MemoryTurns
    private let rows = Mutex<[ConversationID: (owner: ConversationOwner, row: ConversationRow)]>([:])

    init(_ turns: MemoryTurns) { self.turns = turns }

    func history(
        of id: ConversationID, owner: ConversationOwner, most: Int, deadline: Deadline
    ) async throws -> [PromptEntry]? {
        guard try await find(id, owner: owner, deadline: deadline) != nil else { return nil }
        return try await items(of: id, owner: owner, after: nil, limit: most, deadline: deadline).map(\.entry)
    }

    func create(
        _ id: ConversationID, owner: ConversationOwner, title: String, metadata: [UInt8], deadline: Deadline
    ) async throws -> ConversationRow? {
        turns.stored.withLock { _ = $0.conversations.insert(id) }
        return rows.withLock { rows in
            if let known = rows[id] { return known.owner.user == owner.user ? known.row : nil }
            let now = Timestamp(microseconds: 5)
            let row = ConversationRow(id: id, title: title, metadata: metadata, createdAt: now, updatedAt: now)
            rows[id] = (owner, row)
            return row
        }
    }

    func find(_ id: ConversationID, owner: ConversationOwner, deadline: Deadline) async throws -> ConversationRow? {
        rows.withLock { rows in rows[id].flatMap { $0.owner.user == owner.user ? $0.row : nil } }
    }

    func list(
        owner: ConversationOwner, after: ConversationID?, limit: Int, deadline: Deadline
    ) async throws -> [ConversationRow] {
        rows.withLock { rows in
            Array(
                rows.values.filter { $0.owner.user == owner.user }.map(\.row)
                    .filter { row in after.map { row.id < $0 } ?? true }.sorted { $0.id > $1.id }.prefix(limit))
        }
    }

    func delete(_ id: ConversationID, owner: ConversationOwner, deadline: Deadline) async throws -> Bool {
        rows.withLock { rows in
            guard rows[id]?.owner.user == owner.user else { return false }
            rows[id] = nil
            return true
        }
    }

    func items(
        of id: ConversationID, owner: ConversationOwner, after: ItemID?, limit: Int, deadline: Deadline
    ) async throws -> [ItemRow] {
        turns.stored.withLock { stored in
            Array(
                stored.items.sorted { $0.id < $1.id }.filter { item in after.map { item.id > $0 } ?? true }
                    .prefix(limit)
                    .map {
                        ItemRow(
                            id: $0.id, createdAt: Timestamp(microseconds: 5), entry: $0.entry, model: $0.model,
                            finishReason: $0.finishReason)
                    })
        }
    }
}

/// Caches that know nothing, as when Redis is away.
struct NoCache: ConversationCaching {
    func history(of id: ConversationID, owner: ConversationOwner, deadline: Deadline) async throws -> [PromptEntry]? {
        nil
    }
    func keep(_ history: [PromptEntry], of id: ConversationID, owner: ConversationOwner, deadline: Deadline) {}
    func beginWrite(_ id: ConversationID, owner: ConversationOwner, turn: TurnID, deadline: Deadline) {}
    func endWrite(
        _ history: [PromptEntry], of id: ConversationID, owner: ConversationOwner, turn: TurnID, deadline: Deadline
    ) {}
    func drop(_ id: ConversationID, owner: ConversationOwner, deadline: Deadline) {}
}

/// Routes in memory.
final class MemoryRoutes: RouteKeeping {
    let stored = Mutex<[String: ModelRoute]>([:])

    func routes(deadline: Deadline) async throws -> [ModelRoute] { stored.withLock { Array($0.values) } }
    func set(_ route: ModelRoute, deadline: Deadline) async throws { stored.withLock { $0[route.name] = route } }
    func remove(_ name: String, deadline: Deadline) async throws -> Bool {
        stored.withLock { $0.removeValue(forKey: name) != nil }
    }
}
