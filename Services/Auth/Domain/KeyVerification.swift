// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What auth knows about one API key, and whether it may be used now.
package struct KeyRecord: Sendable {
    package var principal: Principal
    package var expiresAt: Timestamp?
    package var revokedAt: Timestamp?
    package var isSuspended: Bool

    package init(principal: Principal, expiresAt: Timestamp?, revokedAt: Timestamp?, isSuspended: Bool) {
        self.principal = principal
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.isSuspended = isSuspended
    }
}

/// Why a key is not accepted. The public answer is the same for the first three: which of them it is would tell a
/// thief whether a guess was close.
package enum KeyRefusal: Error, Hashable, Sendable {
    case unknown, revoked, expired, suspended
}

package enum KeyVerification {
    /// How long a gateway may answer from its cache: the bound design.md gives, and less when the key ends sooner.
    package static let longestCache = Duration.seconds(5)

    package static func judge(_ record: KeyRecord?, at now: Timestamp) throws(KeyRefusal) -> Duration {
        guard let record else { throw .unknown }
        if record.revokedAt != nil { throw .revoked }
        if let expiresAt = record.expiresAt, expiresAt <= now { throw .expired }
        if record.isSuspended { throw .suspended }
        guard let expiresAt = record.expiresAt else { return longestCache }
        return min(longestCache, expiresAt - now)
    }
}
