// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A credential as the gateway knows it: the SHA-256 of a key's or token's text. The text itself is never kept.
package struct CredentialHash: Hashable, Sendable {
    package let bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// Who a credential was found to stand for.
package struct KnownCredential: Sendable {
    package var principal: Principal
    /// The session of a signed-in person; nil for an API key.
    package var session: SessionID?
    /// Until when the answer needs no question.
    package var freshUntil: MonotonicInstant
    /// Until when it may be used although auth cannot be asked: an access token's own end, or `staleLimit`.
    package var usableUntil: MonotonicInstant

    package init(
        principal: Principal, session: SessionID?, freshUntil: MonotonicInstant, usableUntil: MonotonicInstant
    ) {
        self.principal = principal
        self.session = session
        self.freshUntil = freshUntil
        self.usableUntil = usableUntil
    }
}

/// What the gateway remembers of credentials, as a value.
///
/// Refusals are remembered apart and in a smaller map, so that somebody guessing keys cannot push the good ones out.
package struct CredentialCache: Sendable {
    package static let capacity = 16_384
    package static let refusedCapacity = 4_096
    /// How long an answer may be used without asking again (design: at most 5 s).
    package static let freshLimit = Duration.seconds(5)
    /// Short, because a key that was just created must work.
    package static let refusedLimit = Duration.seconds(1)
    /// How long a known key goes on while auth is down. Revocations still arrive over Redis; with both down, this is
    /// the longest a revoked key can live.
    package static let staleLimit = Duration.seconds(600)

    /// While auth is down, a known key is asked about this often and not with every request.
    package static let retryInterval = Duration.seconds(1)

    package enum Answer: Sendable {
        case fresh(KnownCredential)
        /// Known, but old enough to be asked about again.
        case stale(KnownCredential)
        case refused(Failure)
        case unknown
    }

    private struct Refused: Sendable {
        var failure: Failure
        var until: MonotonicInstant
    }

    private var known = RecentMap<CredentialHash, KnownCredential>(capacity: capacity)
    private var refused = RecentMap<CredentialHash, Refused>(capacity: refusedCapacity)
    /// Counts what was forgotten on order, so that an answer fetched before the order is not stored after it.
    package private(set) var generation: UInt64 = 0

    package init() {}

    package var count: Int { known.count }

    package mutating func lookup(_ hash: CredentialHash, at now: MonotonicInstant) -> Answer {
        if let entry = known[hash] {
            if now < entry.freshUntil { return .fresh(entry) }
            if now < entry.usableUntil { return .stale(entry) }
            known[hash] = nil
        }
        if let entry = refused[hash] {
            if now < entry.until { return .refused(entry.failure) }
            refused[hash] = nil
        }
        return .unknown
    }

    /// - Parameter generation: what `generation` was when the question left. When something was revoked meanwhile the
    ///   answer may be older than the revocation, and is not kept.
    package mutating func store(_ hash: CredentialHash, _ entry: KnownCredential, askedAt generation: UInt64) {
        guard generation == self.generation else { return }
        refused[hash] = nil
        known[hash] = entry
    }

    package mutating func refuse(_ hash: CredentialHash, _ failure: Failure, at now: MonotonicInstant) {
        known[hash] = nil
        refused[hash] = Refused(failure: failure, until: now + Self.refusedLimit)
    }

    package mutating func forget(_ hash: CredentialHash) {
        generation += 1
        known[hash] = nil
    }

    /// How many were forgotten.
    @discardableResult
    package mutating func forgetAll() -> Int {
        generation += 1
        let count = known.count + refused.count
        known.removeAll()
        refused.removeAll()
        return count
    }
}
