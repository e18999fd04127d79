// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Primitives
import TestKit
import Testing

struct CredentialCacheTests {
    private let time = ManualTime()
    private let identifiers = SequentialIdentifiers()
    private let hash = CredentialHash(Array(repeating: 7, count: 32))

    private func entry() -> KnownCredential {
        KnownCredential(
            principal: Principal(
                organisation: identifiers.make(), project: identifiers.make(), user: identifiers.make(),
                key: identifiers.make(), plan: .pro, scopes: ["chat:write"]),
            session: nil, freshUntil: time.now() + CredentialCache.freshLimit,
            usableUntil: time.now() + CredentialCache.staleLimit)
    }

    private func name(_ answer: CredentialCache.Answer) -> String {
        switch answer {
        case .fresh: "fresh"
        case .stale: "stale"
        case .refused: "refused"
        case .unknown: "unknown"
        }
    }

    @Test func knownKeyIsFreshThenStaleThenUnknown() {
        var cache = CredentialCache()
        cache.store(hash, entry(), askedAt: cache.generation)
        #expect(name(cache.lookup(hash, at: time.now())) == "fresh")
        time.advance(by: CredentialCache.freshLimit)
        #expect(name(cache.lookup(hash, at: time.now())) == "stale")
        time.advance(by: CredentialCache.staleLimit)
        #expect(name(cache.lookup(hash, at: time.now())) == "unknown")
    }

    @Test func refusalIsRememberedShortly() {
        var cache = CredentialCache()
        cache.refuse(hash, Failure(.unauthenticated, "no"), at: time.now())
        #expect(name(cache.lookup(hash, at: time.now())) == "refused")
        time.advance(by: CredentialCache.refusedLimit)
        #expect(name(cache.lookup(hash, at: time.now())) == "unknown")
    }

    @Test func revokedKeyIsForgottenAtOnce() {
        var cache = CredentialCache()
        cache.store(hash, entry(), askedAt: cache.generation)
        cache.forget(hash)
        #expect(name(cache.lookup(hash, at: time.now())) == "unknown")
    }

    /// Goal: an answer that was on its way while the key was revoked is not kept for five seconds.
    @Test func answerOlderThanARevocationIsNotStored() {
        var cache = CredentialCache()
        let asked = cache.generation
        cache.forget(hash)
        cache.store(hash, entry(), askedAt: asked)
        #expect(name(cache.lookup(hash, at: time.now())) == "unknown")
    }

    @Test func flushForgetsEverything() {
        var cache = CredentialCache()
        cache.store(hash, entry(), askedAt: cache.generation)
        #expect(cache.forgetAll() == 1)
        #expect(cache.count == 0)
    }

    @Test func guessedKeysDoNotPushGoodOnesOut() {
        var cache = CredentialCache()
        cache.store(hash, entry(), askedAt: cache.generation)
        for guess in 0..<UInt64(50_000) {
            let bytes = (0..<8).map { UInt8(truncatingIfNeeded: guess >> (8 * UInt64($0))) }
            cache.refuse(CredentialHash(bytes), Failure(.unauthenticated, "no"), at: time.now())
        }
        #expect(name(cache.lookup(hash, at: time.now())) == "fresh")
    }

    @Test func mapStaysWithinItsBoundAndKeepsWhatIsUsed() {
        var map = RecentMap<Int, Int>(capacity: 100)
        map[-1] = 1
        for number in 0..<10_000 {
            map[number] = number
            #expect(map[-1] == 1)
            #expect(map.count <= 100)
        }
        #expect(map[0] == nil)
    }
}
