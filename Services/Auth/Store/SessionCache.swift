// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Redis

/// Signed-in sessions in Redis (spec 09.19).
///
/// `{<organisation>}:session:<session>` is a hash of user, client address, user agent and last activity; it lives 15
/// minutes past the last activity. `{<organisation>}:sessions:<user>` is the set of a user's sessions, so that ending
/// all of them needs no walk over the keyspace (spec 13, C44).
package struct SessionCache: Sendable {
    private let redis: RedisClient
    package static let lifetimeSeconds: Int64 = 900
    /// Longer than any session, so that the index never forgets a living one.
    private static let indexSeconds: Int64 = 86_400

    package init(redis: RedisClient) { self.redis = redis }

    package struct Session: Sendable {
        package var organisation: OrganisationID
        package var session: SessionID
        package var user: UserID
        package var address: String
        package var userAgent: String
        package var createdAt: Timestamp
    }

    private static let openScript = RedisScript(
        """
        redis.call('HSET', KEYS[1], 'user', ARGV[1], 'address', ARGV[2], 'agent', ARGV[3], 'created', ARGV[4],
                   'active', ARGV[4])
        redis.call('EXPIRE', KEYS[1], ARGV[5])
        redis.call('SADD', KEYS[2], ARGV[6])
        redis.call('EXPIRE', KEYS[2], ARGV[7])
        return 1
        """)

    private static let touchScript = RedisScript(
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
        redis.call('HSET', KEYS[1], 'active', ARGV[1])
        redis.call('EXPIRE', KEYS[1], ARGV[2])
        return 1
        """)

    private static let closeScript = RedisScript(
        """
        local user = redis.call('HGET', KEYS[1], 'user')
        if not user then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('SREM', ARGV[1] .. user, ARGV[2])
        return 1
        """)

    package func open(_ session: Session, deadline: Deadline) async throws {
        _ = try await redis.evaluate(
            Self.openScript,
            keys: [key(session.organisation, session.session), index(session.organisation) + "\(session.user)"],
            arguments: [
                .text("\(session.user)"), .text(session.address), .text(session.userAgent),
                .integer(session.createdAt.seconds), .integer(Self.lifetimeSeconds), .text("\(session.session)"),
                .integer(Self.indexSeconds),
            ], deadline: deadline
        ).answer()
    }

    /// Whether the session lives; its last activity becomes `now`.
    package func touch(
        _ session: SessionID, of organisation: OrganisationID, at now: Timestamp, deadline: Deadline
    ) async throws -> Bool {
        let reply = try await redis.evaluate(
            Self.touchScript, keys: [key(organisation, session)],
            arguments: [.integer(now.seconds), .integer(Self.lifetimeSeconds)], deadline: deadline
        ).answer()
        return reply == .integer(1)
    }

    package func close(_ session: SessionID, of organisation: OrganisationID, deadline: Deadline) async throws {
        _ = try await redis.evaluate(
            Self.closeScript, keys: [key(organisation, session)],
            arguments: [.text(index(organisation)), .text("\(session)")], deadline: deadline
        ).answer()
    }

    private func key(_ organisation: OrganisationID, _ session: SessionID) -> String {
        "{\(organisation)}:session:\(session)"
    }

    private func index(_ organisation: OrganisationID) -> String { "{\(organisation)}:sessions:" }
}
