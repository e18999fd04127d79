// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Redis

/// Tells every gateway to forget a key now, on the channel `parley:keys:revoked`; the message is the key's SHA-256.
///
/// Who misses the message (a lost subscription) flushes its whole cache on reconnect and never keeps a key longer than
/// five seconds, so revocation holds even when nobody hears this.
package struct RevocationBroadcast: Sendable {
    package static let channel = "parley:keys:revoked"
    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    package func publish(_ keyHash: [UInt8], deadline: Deadline) async throws {
        _ = try await redis.send(["PUBLISH", .text(Self.channel), .bytes(keyHash)], deadline: deadline).answer()
    }
}
