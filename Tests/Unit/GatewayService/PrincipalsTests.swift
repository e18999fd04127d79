// SPDX-License-Identifier: Apache-2.0

import Cryptography
import GatewayDomain
import GatewayService
import Messages
import Primitives
import Synchronization
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PrincipalsTests {
    private func counting(_ gateway: GatewayFixture) -> Counter {
        let count = Counter()
        let verify = gateway.doubles.now.verifyKey
        gateway.doubles.change {
            $0.verifyKey = { request, context in
                count.add()
                return try await verify(request, context)
            }
        }
        return count
    }

    @Test func authSeesTheHashAndNeverTheKey() async throws {
        let gateway = try await GatewayFixture()
        let seen = Mutex<[UInt8]>([])
        let verify = gateway.doubles.now.verifyKey
        gateway.doubles.change {
            $0.verifyKey = { request, context in
                seen.withLock { $0 = request.keyHash }
                return try await verify(request, context)
            }
        }
        #expect(try await gateway.chat().status == 200)
        #expect(seen.withLock { $0 } == SHA256.hash(GatewayFixture.key))
    }

    @Test func knownKeyIsAskedAboutEveryFiveSeconds() async throws {
        let gateway = try await GatewayFixture()
        let count = counting(gateway)
        for _ in 0..<3 { #expect(try await gateway.chat().status == 200) }
        #expect(count.value == 1)
        gateway.time.advance(by: .seconds(5))
        #expect(try await gateway.chat().status == 200)
        #expect(count.value == 2)
    }

    @Test func revokedKeyIsAskedAboutAtOnce() async throws {
        let gateway = try await GatewayFixture()
        #expect(try await gateway.chat().status == 200)
        gateway.doubles.change {
            $0.verifyKey = { _, _ in throw Failure(.unauthenticated, "no", reason: "invalid_api_key") }
        }
        #expect(try await gateway.chat().status == 200)
        gateway.service.principals.forget(CredentialHash(SHA256.hash(GatewayFixture.key)))
        let answer = try await gateway.chat()
        #expect(answer.status == 401)
        #expect(answer.body.contains(#""code":"invalid_api_key""#))
        #expect(answer.headers["www-authenticate"] == "Bearer")
    }

    @Test func refusalIsNotAskedTwiceWithinASecond() async throws {
        let gateway = try await GatewayFixture()
        let count = Counter()
        gateway.doubles.change {
            $0.verifyKey = { _, _ in
                count.add()
                throw Failure(.unauthenticated, "no")
            }
        }
        for _ in 0..<3 { #expect(try await gateway.chat().status == 401) }
        #expect(count.value == 1)
    }

    /// Goal: no 401 while auth is down (a program that sees one throws its key away).
    @Test func authDownMeansKnownKeysGoOnAndOthersWait() async throws {
        let gateway = try await GatewayFixture()
        #expect(try await gateway.chat().status == 200)
        let count = Counter()
        gateway.doubles.change {
            $0.verifyKey = { _, _ in
                count.add()
                throw Failure(.unavailable, "down")
            }
        }
        gateway.time.advance(by: .seconds(60))
        for _ in 0..<3 { #expect(try await gateway.chat().status == 200) }
        #expect(count.value == 1)
        let other = try await gateway.chat(key: "sk-other")
        #expect(other.status == 503 && other.headers["retry-after"] == "1")
        gateway.time.advance(by: CredentialCache.staleLimit)
        #expect(try await gateway.chat().status == 503)
    }

    @Test func requestsAtOnceAskOnce() async throws {
        let gateway = try await GatewayFixture()
        let count = Counter()
        let (arrived, arrive) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let verify = gateway.doubles.now.verifyKey
        gateway.doubles.change {
            $0.verifyKey = { request, context in
                count.add()
                arrive.yield()
                for await _ in released {}
                return try await verify(request, context)
            }
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { try await gateway.send("GET", "/v1/models").status } }
            var arrivals = arrived.makeAsyncIterator()
            _ = await arrivals.next()
            release.finish()
            for try await status in group { #expect(status == 200) }
        }
        #expect(count.value == 1)
    }

    @Test(arguments: ["", "Basic abc", "Bearer", "Bearer ", "Bearer nonsense", "Bearer a.b"])
    func whatIsNoCredentialIsNotAskedAbout(_ header: String) async throws {
        let gateway = try await GatewayFixture()
        let count = counting(gateway)
        let answer = try await gateway.send("GET", "/v1/models", ["authorization": header], key: nil)
        #expect(answer.status == 401)
        #expect(count.value == 0)
    }

    @Test func missingScopeIsForbidden() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.verifyKey = { _, _ in
                VerifyKeyReply(
                    organisationID: ServiceDoubles.organisation, projectID: ServiceDoubles.project,
                    userID: ServiceDoubles.user, keyID: ServiceDoubles.key, plan: "free", scopes: ["model:list"],
                    cacheMs: 5_000)
            }
        }
        #expect(try await gateway.send("GET", "/v1/models").status == 200)
        let answer = try await gateway.chat()
        #expect(answer.status == 403)
        #expect(answer.body.contains("Missing scopes: chat:write."))
    }

    // MARK: Access tokens

    private struct Claims: Encodable {
        var iss = "parley"
        var aud = "parley-clients"
        var jti = "0190c42a-b1c8-7d03-a000-000000000001"
        var org_id = ServiceDoubles.organisation.description
        var project_id = ServiceDoubles.project.description
        var user_id = ServiceDoubles.user.description
        var tier = "pro"
        var scopes = ["model:list"]
        var iat: Int64
        var nbf: Int64
        var exp: Int64
    }

    private func signing(_ gateway: GatewayFixture, lifetime: Int64 = 900) throws -> String {
        let key = try RSASigningKey()
        let set = try JSONWebKeySet([key.publicKey]).json()
        gateway.doubles.change { $0.listSigningKeys = { _, _ in ListSigningKeysReply(jwksJSON: set) } }
        let now = gateway.time.timestamp().seconds
        return try JWT.sign(Claims(iat: now, nbf: now, exp: now + lifetime), with: key)
    }

    @Test func tokenIsVerifiedHereAndItsSessionTouchedRarely() async throws {
        let gateway = try await GatewayFixture()
        let token = try signing(gateway)
        let touches = Counter()
        gateway.doubles.change {
            $0.touchSession = { request, _ in
                #expect(request.sessionID.description == "0190c42a-b1c8-7d03-a000-000000000001")
                touches.add()
                return TouchSessionReply()
            }
        }
        for _ in 0..<3 { #expect(try await gateway.send("GET", "/v1/models", key: token).status == 200) }
        #expect(touches.value == 1)
        gateway.time.advance(by: .seconds(5))
        #expect(try await gateway.send("GET", "/v1/models", key: token).status == 200)
        #expect(touches.value == 2)
    }

    @Test func endedSessionIsRefusedAndDeadAuthIsNot() async throws {
        let gateway = try await GatewayFixture()
        let token = try signing(gateway)
        gateway.doubles.change { $0.touchSession = { _, _ in throw Failure(.unavailable, "down") } }
        #expect(try await gateway.send("GET", "/v1/models", key: token).status == 200)
        gateway.time.advance(by: .seconds(5))
        gateway.doubles.change { $0.touchSession = { _, _ in throw Failure(.unauthenticated, "ended") } }
        let answer = try await gateway.send("GET", "/v1/models", key: token)
        #expect(answer.status == 401 && answer.body.contains(#""code":"session_expired""#))
    }

    @Test func expiredAndForgedTokensAreRefused() async throws {
        let gateway = try await GatewayFixture()
        let expired = try signing(gateway, lifetime: -60)
        let answer = try await gateway.send("GET", "/v1/models", key: expired)
        #expect(answer.status == 401 && answer.body.contains(#""code":"session_expired""#))
        // Signed by a key that auth does not publish.
        let other = try await GatewayFixture()
        let forged = try signing(other)
        #expect(try await gateway.send("GET", "/v1/models", key: forged).status == 401)
    }

    @Test func tokenWhenNoKeysCanBeHadIsUnavailable() async throws {
        let gateway = try await GatewayFixture()
        let token = try signing(gateway)
        gateway.doubles.change { $0.listSigningKeys = { _, _ in throw Failure(.unavailable, "down") } }
        #expect(try await gateway.send("GET", "/v1/models", key: token).status == 503)
    }
}

/// Counts calls across tasks.
final class Counter: Sendable {
    private let count = Mutex(0)
    func add() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
}
