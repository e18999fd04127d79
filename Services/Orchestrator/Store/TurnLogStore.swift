// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
package import Primitives
package import Redis

/// The turn log: the Redis stream `{org}:turn:<id>`.
///
/// Every entry has the fields e (the owner's epoch), k (what it is), s and n (two numbers) and d (bytes), in that
/// order; and tokens that were joined from several pieces have p, which says where a reader may cut them.
/// The stream lives for the resume window after its last entry.
package struct TurnLogStore: TurnLogging {
    private let redis: RedisClient
    package init(_ redis: RedisClient) { self.redis = redis }

    /// Entries a log keeps at most. A turn has fewer by far: at most one entry every twenty milliseconds of its time
    /// limit, and one a token when they come slower.
    private static let maxEntries: Int64 = 65_536

    // The newest entry carries the newest epoch, so it alone tells whether the caller still owns the turn.
    private static let appendScript = RedisScript(
        """
        local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
        local asked = 0
        if #last > 0 then
            local fields = last[1][2]
            if tonumber(fields[2]) > tonumber(ARGV[1]) then return -1 end
            if fields[4] == 'x' then asked = 1 end
        end
        for i = 4, #ARGV, 5 do
            if ARGV[i + 4] == '' then
                redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'e', ARGV[1], 'k', ARGV[i],
                    's', ARGV[i + 1], 'n', ARGV[i + 2], 'd', ARGV[i + 3])
            else
                redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'e', ARGV[1], 'k', ARGV[i],
                    's', ARGV[i + 1], 'n', ARGV[i + 2], 'd', ARGV[i + 3], 'p', ARGV[i + 4])
            end
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return asked
        """)

    private static let cancelScript = RedisScript(
        """
        local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
        if #last == 0 or last[1][2][4] == 'f' then return 0 end
        redis.call('XADD', KEYS[1], '*', 'e', last[1][2][2], 'k', 'x', 's', 0, 'n', 0, 'd', '')
        return 1
        """)

    package func append(
        _ entries: [TurnLogEntry], to key: TurnKey, keep: Duration, deadline: Deadline
    ) async throws -> TurnLogAnswer {
        var arguments: [RedisArgument] = [
            .integer(Int64(key.epoch)), .integer(keep.milliseconds), .integer(Self.maxEntries),
        ]
        arguments.reserveCapacity(3 + entries.count * 5)
        for entry in entries {
            let (kind, first, second, bytes) = Self.fields(of: entry)
            arguments += [
                .text(kind), .integer(Int64(first)), .integer(Int64(second)), .bytes(bytes),
                .text(entry.parts.map { "\($0.count),\($0.bytes)" }.joined(separator: ";")),
            ]
        }
        let answer = try await redis.evaluate(
            Self.appendScript, keys: [Self.key(key.turn, of: key.organisation)], arguments: arguments,
            deadline: deadline)
        guard case .integer(let code) = answer else { throw TurnLogDamage() }
        return code < 0 ? .stale : code == 1 ? .cancelRequested : .appended
    }

    package func read(
        _ turn: TurnID, of organisation: OrganisationID, after: String, most: Int, deadline: Deadline
    ) async throws -> [TurnLogRecord] {
        let answer = try await redis.send(
            [
                "XRANGE", .text(Self.key(turn, of: organisation)), .text(after.isEmpty ? "-" : "(" + after), "+",
                "COUNT", .integer(Int64(most)),
            ], deadline: deadline)
        guard case .array(let rows) = answer else { throw TurnLogDamage() }
        return try rows.map(Self.record)
    }

    package func requestCancel(
        _ turn: TurnID, of organisation: OrganisationID, deadline: Deadline
    ) async throws -> Bool {
        let answer = try await redis.evaluate(
            Self.cancelScript, keys: [Self.key(turn, of: organisation)], arguments: [], deadline: deadline)
        guard case .integer(let code) = answer else { throw TurnLogDamage() }
        return code == 1
    }

    package func attend(
        _ turn: TurnID, of organisation: OrganisationID, for duration: Duration, deadline: Deadline
    ) async throws {
        _ = try await redis.send(
            [
                "SET", .text(Self.key(turn, of: organisation) + ":attended"), "1", "PX",
                .integer(duration.milliseconds),
            ], deadline: deadline)
    }

    package func isAttended(
        _ turn: TurnID, of organisation: OrganisationID, deadline: Deadline
    ) async throws -> Bool {
        let answer = try await redis.send(
            ["EXISTS", .text(Self.key(turn, of: organisation) + ":attended")], deadline: deadline)
        return answer == .integer(1)
    }

    private static func key(_ turn: TurnID, of organisation: OrganisationID) -> String {
        "{\(organisation)}:turn:\(turn)"
    }

    private static func fields(
        of entry: TurnLogEntry
    ) -> (kind: String, first: UInt32, second: UInt32, bytes: [UInt8]) {
        switch entry {
        case .started(let prompt, let cached): ("s", prompt, cached, [])
        case .tokens(let piece): ("t", piece.seq, piece.count, piece.text)
        case .citations(let bytes): ("c", 0, 0, bytes)
        case .cancelled: ("x", 0, 0, [])
        case .adopted: ("a", 0, 0, [])
        case .finished(let bytes): ("f", 0, 0, bytes)
        }
    }

    private static func record(_ value: RedisValue) throws -> TurnLogRecord {
        guard case .array(let pair) = value, pair.count == 2, let id = pair[0].bytes,
            case .array(let fields) = pair[1], fields.count == 10 || fields.count == 12, let epoch = fields[1].number,
            let kind = fields[3].bytes, let first = fields[5].number, let second = fields[7].number,
            let bytes = fields[9].bytes
        else { throw TurnLogDamage() }
        let entry: TurnLogEntry
        switch kind {
        case [UInt8(ascii: "s")]: entry = .started(prompt: first, cached: second)
        case [UInt8(ascii: "t")]:
            let piece = ReleasedPiece(seq: first, count: second, text: bytes)
            entry = .tokens(fields.count == 12 ? try piece.cut(as: fields[11]) : piece)
        case [UInt8(ascii: "c")]: entry = .citations(bytes)
        case [UInt8(ascii: "x")]: entry = .cancelled
        case [UInt8(ascii: "a")]: entry = .adopted
        case [UInt8(ascii: "f")]: entry = .finished(bytes)
        default: throw TurnLogDamage()
        }
        return TurnLogRecord(id: String(decoding: id, as: UTF8.self), epoch: epoch, entry: entry)
    }
}

/// A turn log holds something that this build cannot read.
package struct TurnLogDamage: Error, Hashable, Sendable {
    package init() {}
}

extension TurnLogEntry {
    fileprivate var parts: [ReleasedPiece.Part] {
        if case .tokens(let piece) = self { piece.parts } else { [] }
    }
}

extension ReleasedPiece {
    /// With the parts that the field p names: `count,bytes;count,bytes;…`.
    fileprivate func cut(as field: RedisValue) throws -> ReleasedPiece {
        var piece = self
        piece.parts = try String(decoding: field.bytes ?? [], as: UTF8.self).split(separator: ";").map { part in
            let numbers = part.split(separator: ",")
            guard numbers.count == 2, let count = UInt32(numbers[0]), let bytes = Int(numbers[1]), bytes >= 0 else {
                throw TurnLogDamage()
            }
            return Part(count: count, bytes: bytes)
        }
        guard piece.parts.reduce(0, { $0 + $1.bytes }) == text.count,
            piece.parts.reduce(0, { $0 + UInt64($1.count) }) == UInt64(count)
        else { throw TurnLogDamage() }
        return piece
    }
}

extension RedisValue {
    fileprivate var number: UInt32? {
        bytes.flatMap { UInt32(String(decoding: $0, as: UTF8.self)) }
    }
}
