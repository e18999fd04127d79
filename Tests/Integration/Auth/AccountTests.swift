// SPDX-License-Identifier: Apache-2.0

import AuthService
import Cryptography
import Logging
import Messages
import NIOPosix
import Postgres
import Primitives
import RPC
import Redis
import TestKit
import Testing

/// Goal: keys and passwords do what people expect of them, on a real Postgres and a real Redis.
/// Method: the handlers are called directly: the calls' own deadlines are too tight for a busy test machine, and who may
/// call what is tested with the call layer.
@Suite struct AccountTests {
    private struct Fixture {
        var fresh: FreshDatabase
        var database: Database
        var redis: RedisClient
        /// Gateways may listen and do nothing else.
        var listener: RedisClient
        var signingKeys: SigningKeys
        var service: AuthService

        init() async throws {
            fresh = try await ThrowawayPostgres.shared.database(migrating: ["auth"])
            database = Database(fresh.settings(as: "parley_auth"), logger: Logger(label: "test"))
            redis = RedisClient(
                try await ThrowawayRedis.shared.settings(as: "auth"),
                loop: MultiThreadedEventLoopGroup.singleton.any(), logger: Logger(label: "test"))
            listener = RedisClient(
                try await ThrowawayRedis.shared.settings(as: "gateway"),
                loop: MultiThreadedEventLoopGroup.singleton.any(), logger: Logger(label: "test"))
            signingKeys = try SigningKeys(folder: TestFolder.make("signing"))
            service = AuthService(
                database: database, redis: redis, signingKeys: signingKeys, time: SystemTime(),
                identifiers: SystemIdentifiers(), logger: Logger(label: "test"))
        }

        func close() async throws {
            await redis.shutdown()
            await listener.shutdown()
            await database.shutdown()
            try await fresh.drop()
        }
    }

    private var context: CallContext {
        var random = SystemRandomNumberGenerator()
        return CallContext(deadline: .after(.seconds(20), from: SystemTime().now()), trace: TraceContext(random: &random))
    }

    private func makeOrganisation(_ fixture: Fixture, _ name: String) async throws -> CreateOrganisationReply {
        try await fixture.service.createOrganisation(
            CreateOrganisationRequest(
                name: name, plan: "pro", ownerEmail: "\(name)@Example.com", ownerPassword: "Lighthouse7"), context)
    }

    @Test func aKeyWorksUntilItIsRevoked() async throws {
        let fixture = try await Fixture()
        let organisation = try await makeOrganisation(fixture, "keys").organisationID
        let made = try await fixture.service.createKey(
            CreateKeyRequest(organisationID: organisation, name: "ci", scopes: ["chat:write"]), context)
        let request = VerifyKeyRequest(keyHash: SHA256.hash(made.key))

        let verified = try await fixture.service.verifyKey(request, context)
        #expect(verified.organisationID == organisation)
        #expect(verified.keyID == made.keyID)
        #expect(verified.plan == "pro")
        #expect(verified.scopes == ["chat:write"])
        #expect(verified.cacheMs == 5_000)

        var messages = fixture.listener.subscribe(to: RevocationBroadcast.channel).makeAsyncIterator()
        guard case .resubscribed = await messages.next() else {
            Issue.record("the subscription did not begin")
            return
        }
        #expect(
            try await fixture.service.revokeKey(
                RevokeKeyRequest(organisationID: organisation, keyID: made.keyID), context
            ).changed)
        guard case .message(let hash) = await messages.next() else {
            Issue.record("the revocation was not told")
            return
        }
        #expect(hash == SHA256.hash(made.key))
        let failure = await #expect(throws: Failure.self) { try await fixture.service.verifyKey(request, context) }
        #expect(failure?.code == .unauthenticated)
        #expect(
            try await fixture.service.revokeKey(
                RevokeKeyRequest(organisationID: organisation, keyID: made.keyID), context
            ).changed == false)
        try await fixture.close()
    }

    @Test func noKeyTextIsStored() async throws {
        let fixture = try await Fixture()
        let organisation = try await makeOrganisation(fixture, "secrets").organisationID
        let made = try await fixture.service.createKey(CreateKeyRequest(organisationID: organisation), context)
        let listed = try await fixture.service.listKeys(ListKeysRequest(organisationID: organisation), context)
        #expect(listed.keys.map(\.prefix) == [made.prefix])
        #expect(made.key.hasPrefix(made.prefix))
        #expect(!made.prefix.contains(made.key.suffix(30)))
        try await fixture.close()
    }

    @Test func oneOrganisationCannotTouchAnothersKeys() async throws {
        let fixture = try await Fixture()
        let ours = try await makeOrganisation(fixture, "ours").organisationID
        let theirs = try await makeOrganisation(fixture, "theirs").organisationID
        let key = try await fixture.service.createKey(CreateKeyRequest(organisationID: ours), context)
        let failure = await #expect(throws: Failure.self) {
            try await fixture.service.revokeKey(RevokeKeyRequest(organisationID: theirs, keyID: key.keyID), context)
        }
        #expect(failure?.code == .notFound)
        #expect(
            try await fixture.service.listKeys(ListKeysRequest(organisationID: theirs), context).keys.isEmpty)
        _ = try await fixture.service.verifyKey(VerifyKeyRequest(keyHash: SHA256.hash(key.key)), context)
        try await fixture.close()
    }

    @Test func aLoginGivesATokenThatVerifiesAndASessionThatEnds() async throws {
        let fixture = try await Fixture()
        let made = try await makeOrganisation(fixture, "people")
        let login = try await fixture.service.login(
            LoginRequest(email: "PEOPLE@example.com", password: "Lighthouse7", clientAddress: "127.0.0.1"), context)
        #expect(login.userID == made.userID)
        let keys = try JSONWebKeySet(
            json: try await fixture.service.listSigningKeys(ListSigningKeysRequest(), context).jwksJSON)
        struct Claims: Decodable {
            var jti: String
            var org_id: String
            var tier: String
        }
        let claims = try JWT.verify(
            login.accessToken, as: Claims.self, keys: keys, issuer: "parley", audience: "parley-clients",
            at: SystemTime().timestamp())
        #expect(claims.org_id == "\(made.organisationID)")
        #expect(claims.jti == "\(login.sessionID)")
        #expect(claims.tier == "pro")

        let touch = TouchSessionRequest(organisationID: made.organisationID, sessionID: login.sessionID)
        _ = try await fixture.service.touchSession(touch, context)
        _ = try await fixture.service.logout(
            LogoutRequest(organisationID: made.organisationID, sessionID: login.sessionID), context)
        let failure = await #expect(throws: Failure.self) { try await fixture.service.touchSession(touch, context) }
        #expect(failure?.code == .unauthenticated)
        try await fixture.close()
    }

    @Test func wrongPasswordsSoundAlikeAndRunOut() async throws {
        let fixture = try await Fixture()
        _ = try await makeOrganisation(fixture, "guessed")
        let attempt = { (email: String, password: String) async -> Failure? in
            await #expect(throws: Failure.self) {
                try await fixture.service.login(LoginRequest(email: email, password: password), context)
            }
        }
        let unknown = await attempt("nobody@example.com", "Lighthouse7")
        #expect(unknown?.reason == "invalid_credentials")
        for _ in 0..<5 { #expect(await attempt("guessed@example.com", "Wrong1234")?.message == unknown?.message) }
        let refused = await attempt("guessed@example.com", "Lighthouse7")
        #expect(refused?.code == .resourceExhausted)
        try await fixture.close()
    }

    @Test func namesAndAddressesAreTakenOnce() async throws {
        let fixture = try await Fixture()
        _ = try await makeOrganisation(fixture, "first")
        let failure = await #expect(throws: Failure.self) { try await makeOrganisation(fixture, "first") }
        #expect(failure?.code == .alreadyExists)
        try await fixture.close()
    }
}
