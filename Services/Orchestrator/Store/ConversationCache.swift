// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import Primitives
package import Redis

/// The Redis keys `{org}:conversation:<user>:<id>`: the messages of a conversation, or the mark of the turn that is
/// writing to it. Forgotten an hour after the last use.
///
/// The person stands in the key, so that a hit proves whose conversation it is. A value begins with `m` (messages) or
/// `w` (a writing turn's id). The mark keeps a reader that was slower than the writer from putting old messages back.
package struct ConversationCache: ConversationCaching {
    private static let lifetime: Int64 = 3_600_000
    /// How long a mark stands at most; longer than any turn.
    private static let markLifetime: Int64 = 900_000
    /// Larger conversations are read from Postgres each time: one value must not hold up Redis for others.
    private static let maxBytes = 512 * 1024

    private let redis: RedisClient
    package init(_ redis: RedisClient) { self.redis = redis }

    private static let endScript = RedisScript(
        """
        if redis.call('GET', KEYS[1]) == ARGV[1] then
            redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            return 1
        end
        redis.call('DEL', KEYS[1])
        return 0
        """)

    package func history(
        of id: ConversationID, owner: ConversationOwner, deadline: Deadline
    ) async throws -> [PromptEntry]? {
        let value = try await redis.send(
            ["GETEX", Self.key(id, owner), "PX", .integer(Self.lifetime)], deadline: deadline)
        guard case .bulk(let bytes) = value, bytes.first == UInt8(ascii: "m") else { return nil }
        return PromptEntryCoding.decode(bytes.dropFirst())
    }

    package func keep(
        _ history: [PromptEntry], of id: ConversationID, owner: ConversationOwner, deadline: Deadline
    ) async throws {
        guard let value = Self.value(history) else { return }
        _ = try await redis.send(
            ["SET", Self.key(id, owner), .bytes(value), "PX", .integer(Self.lifetime), "NX"], deadline: deadline)
    }

    package func beginWrite(
        _ id: ConversationID, owner: ConversationOwner, turn: TurnID, deadline: Deadline
    ) async throws {
        _ = try await redis.send(
            ["SET", Self.key(id, owner), Self.mark(turn), "PX", .integer(Self.markLifetime)], deadline: deadline)
    }

    package func endWrite(
        _ history: [PromptEntry], of id: ConversationID, owner: ConversationOwner, turn: TurnID, deadline: Deadline
    ) async throws {
        guard let value = Self.value(history) else { return try await drop(id, owner: owner, deadline: deadline) }
        _ = try await redis.evaluate(
            Self.endScript, keys: [Self.keyText(id, owner)],
            arguments: [Self.mark(turn), .bytes(value), .integer(Self.lifetime)], deadline: deadline)
    }

    package func drop(_ id: ConversationID, owner: ConversationOwner, deadline: Deadline) async throws {
        _ = try await redis.send(["DEL", Self.key(id, owner)], deadline: deadline)
    }

    private static func value(_ history: [PromptEntry]) -> [UInt8]? {
        let bytes = [UInt8(ascii: "m")] + PromptEntryCoding.encode(history)
        return bytes.count <= maxBytes ? bytes : nil
    }

    private static func keyText(_ id: ConversationID, _ owner: ConversationOwner) -> String {
        "{\(owner.organisation)}:conversation:\(owner.user):\(id)"
    }

    private static func key(_ id: ConversationID, _ owner: ConversationOwner) -> RedisArgument {
        .text(keyText(id, owner))
    }

    private static func mark(_ turn: TurnID) -> RedisArgument { .bytes([UInt8(ascii: "w")] + turn.bytes) }
}
