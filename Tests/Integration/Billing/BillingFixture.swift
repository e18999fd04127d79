// SPDX-License-Identifier: Apache-2.0

import BillingService
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
struct BillingFixture {
    var fresh: FreshDatabase
    var database: Database
    var redis: RedisClient
    var service: BillingService
    let ids = SystemIdentifiers()

    init() async throws {
        fresh = try await ThrowawayPostgres.shared.database(migrating: ["billing"])
        database = Database(fresh.settings(as: "parley_billing"), logger: Logger(label: "test"))
        redis = RedisClient(
            try await ThrowawayRedis.shared.settings(as: "billing"),
            loop: MultiThreadedEventLoopGroup.singleton.any(), logger: Logger(label: "test"))
        service = BillingService(
            database: database, redis: redis, time: SystemTime(), logger: Logger(label: "test"))
    }

    func close() async throws {
        await redis.shutdown()
        await database.shutdown()
        try await fresh.drop()
    }
}

extension BillingFixture {
    func principal(_ plan: Plan = .enterprise) -> Principal {
        Principal(
            organisation: ids.make(), project: ids.make(), user: ids.make(), key: nil, plan: plan, scopes: [])
    }

    func context(_ principal: Principal?) -> CallContext {
        var random = SystemRandomNumberGenerator()
        return CallContext(
            deadline: .after(.seconds(20), from: SystemTime().now()), trace: TraceContext(random: &random),
            principal: principal)
    }

    func reserve(_ turn: TurnID) -> ReserveRequest {
        ReserveRequest(
            turnID: turn, model: "smollm2-135m", promptTokensEstimate: 1_000, maxCompletionTokens: 500, leaseMs: 30_000)
    }

    func settle(_ turn: TurnID, _ principal: Principal, completion: UInt32 = 100) -> SettleRequest {
        SettleRequest(
            turnID: turn, organisationID: principal.organisation, projectID: principal.project,
            userID: principal.user, model: "smollm2-135m",
            usage: Usage(promptTokens: 1_000, cachedTokens: 400, completionTokens: completion), outcome: "completed",
            epoch: 1)
    }

    func usage(_ principal: Principal) async throws -> [UsageRow] {
        try await service.getUsage(GetUsageRequest(organisationID: principal.organisation), context(nil)).rows
    }

    /// Runs `body` with a fixture and closes it, whatever happens.
    static func use(_ body: (BillingFixture) async throws -> Void) async throws {
        let fixture = try await BillingFixture()
        do {
            try await body(fixture)
        } catch {
            try await fixture.close()
            throw error
        }
        try await fixture.close()
    }
}
