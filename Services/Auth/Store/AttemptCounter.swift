// SPDX-License-Identifier: Apache-2.0

import AuthDomain
package import Primitives
package import Redis

/// Wrong passwords per account, in Redis, so that all replicas count together.
///
/// `{<organisation>}:attempts:<user>` counts within the window, `{<organisation>}:failures:<user>` in a row until a
/// success or the end of the lock.
package struct AttemptCounter: Sendable {
    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    private static let readScript = RedisScript(
        """
        return {tonumber(redis.call('GET', KEYS[1]) or '0'), redis.call('PTTL', KEYS[1]),
                tonumber(redis.call('GET', KEYS[2]) or '0'), redis.call('PTTL', KEYS[2])}
        """)

    private static let failScript = RedisScript(
        """
        if redis.call('INCR', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
        redis.call('INCR', KEYS[2])
        redis.call('PEXPIRE', KEYS[2], ARGV[2])
        return 1
        """)

    /// How long this account has to wait before its next attempt; nil when it may try now.
    package func wait(
        _ user: UserID, of organisation: OrganisationID, deadline: Deadline
    ) async throws -> Duration? {
        let reply = try await redis.evaluate(
            Self.readScript, keys: keys(user, organisation), arguments: [], deadline: deadline
        ).answer()
        guard case .array(let values) = reply, values.count == 4 else { return nil }
        let numbers = values.map { value -> Int64 in
            if case .integer(let number) = value { return number }
            return 0
        }
        return LoginAttempts.wait(
            failuresInWindow: Int(numbers[0]), windowLeft: .milliseconds(numbers[1]),
            failuresInRow: Int(numbers[2]), lockLeft: .milliseconds(numbers[3]))
    }

    package func recordFailure(_ user: UserID, of organisation: OrganisationID, deadline: Deadline) async throws {
        _ = try await redis.evaluate(
            Self.failScript, keys: keys(user, organisation),
            arguments: [
                .integer(LoginAttempts.window.milliseconds), .integer(LoginAttempts.lock.milliseconds),
            ], deadline: deadline
        ).answer()
    }

    package func recordSuccess(_ user: UserID, of organisation: OrganisationID, deadline: Deadline) async throws {
        _ = try await redis.send(["DEL"] + keys(user, organisation).map { .text($0) }, deadline: deadline).answer()
    }

    private func keys(_ user: UserID, _ organisation: OrganisationID) -> [String] {
        ["{\(organisation)}:attempts:\(user)", "{\(organisation)}:failures:\(user)"]
    }
}
