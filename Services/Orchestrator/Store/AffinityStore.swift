// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Redis

/// Which worker holds which prefix, shared by all orchestrators.
package protocol AffinityKeeping: Sendable {
    /// The holder of the first of these prefixes that is known.
    func holder(of prefixes: [UInt64], organisation: OrganisationID, deadline: Deadline) async throws -> PrefixHolder?
    func record(
        _ holder: PrefixHolder, of prefix: UInt64, organisation: OrganisationID, deadline: Deadline
    ) async throws
}

/// The Redis keys `{org}:affinity:<prefix hash in hex>`: "<instance in hex> <worker's address>", kept for half an hour,
/// which is longer than an unused prefix survives in a busy worker's cache.
package struct AffinityStore: AffinityKeeping {
    private static let lifetime: Int64 = 1_800_000

    private let redis: RedisClient
    package init(_ redis: RedisClient) { self.redis = redis }

    package func holder(
        of prefixes: [UInt64], organisation: OrganisationID, deadline: Deadline
    ) async throws -> PrefixHolder? {
        let keys = prefixes.map { RedisArgument.text(Self.key($0, organisation)) }
        guard case .array(let values) = try await redis.send(["MGET"] + keys, deadline: deadline) else { return nil }
        for case .bulk(let bytes) in values {
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 1)
            if parts.count == 2, let instance = UInt64(parts[0], radix: 16) {
                return PrefixHolder(worker: WorkerAddress(rawValue: String(parts[1])), instance: instance)
            }
        }
        return nil
    }

    package func record(
        _ holder: PrefixHolder, of prefix: UInt64, organisation: OrganisationID, deadline: Deadline
    ) async throws {
        _ = try await redis.send(
            [
                "SET", .text(Self.key(prefix, organisation)),
                .text("\(String(holder.instance, radix: 16)) \(holder.worker)"), "PX", .integer(Self.lifetime),
            ], deadline: deadline)
    }

    private static func key(_ prefix: UInt64, _ organisation: OrganisationID) -> String {
        "{\(organisation)}:affinity:\(String(prefix, radix: 16))"
    }
}
