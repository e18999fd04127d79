// SPDX-License-Identifier: Apache-2.0

import AuthService
import Logging
import Messages
import NIOPosix
import Postgres
import Primitives
import RPC
import Redis
import TestKit

/// The service on a real Postgres and a real Redis. Its handlers are called directly: the calls' own deadlines are too
/// tight for a busy test machine, and who may call what is tested with the call layer.
struct AuthFixture {
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

extension AuthFixture {
    var context: CallContext {
        var random = SystemRandomNumberGenerator()
        return CallContext(
            deadline: .after(.seconds(20), from: SystemTime().now()), trace: TraceContext(random: &random))
    }

    /// An organisation whose owner is `<name>@example.com` with the password `Lighthouse7`.
    func makeOrganisation(_ name: String) async throws -> CreateOrganisationReply {
        try await service.createOrganisation(
            CreateOrganisationRequest(
                name: name, plan: "pro", ownerEmail: "\(name)@Example.com", ownerPassword: "Lighthouse7"), context)
    }

    /// Runs `body` with a fixture and closes it, whatever happens.
    static func use(_ body: (AuthFixture) async throws -> Void) async throws {
        let fixture = try await AuthFixture()
        do {
            try await body(fixture)
        } catch {
            try await fixture.close()
            throw error
        }
        try await fixture.close()
    }
}
