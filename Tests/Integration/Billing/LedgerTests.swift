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
import Testing

/// Goal: every turn is charged exactly once, and limits hold over all replicas.
@Suite struct LedgerTests {
    private struct Fixture {
        var fresh: FreshDatabase
        var database: Database
        var redis: RedisClient
        var service: BillingService

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

    private let ids = SystemIdentifiers()

    private func principal(_ plan: Plan = .enterprise) -> Principal {
        Principal(
            organisation: ids.make(), project: ids.make(), user: ids.make(), key: nil, plan: plan, scopes: [])
    }

    private func context(_ principal: Principal?) -> CallContext {
        var random = SystemRandomNumberGenerator()
        return CallContext(
            deadline: .after(.seconds(20), from: SystemTime().now()), trace: TraceContext(random: &random),
            principal: principal)
    }

    private func reserve(_ turn: TurnID) -> ReserveRequest {
        ReserveRequest(
            turnID: turn, model: "smollm2-135m", promptTokensEstimate: 1_000, maxCompletionTokens: 500, leaseMs: 30_000)
    }

    private func settle(_ turn: TurnID, _ principal: Principal, completion: UInt32 = 100) -> SettleRequest {
        SettleRequest(
            turnID: turn, organisationID: principal.organisation, projectID: principal.project,
            userID: principal.user, model: "smollm2-135m",
            usage: Usage(promptTokens: 1_000, cachedTokens: 400, completionTokens: completion), outcome: "completed",
            epoch: 1)
    }

    private func usage(_ fixture: Fixture, _ principal: Principal) async throws -> [UsageRow] {
        try await fixture.service.getUsage(
            GetUsageRequest(organisationID: principal.organisation), context(nil)
        ).rows
    }

    @Test func aTurnIsChargedOnceHoweverOftenItIsSettled() async throws {
        let fixture = try await Fixture()
        let (who, turn) = (principal(), ids.make(TurnID.self))
        let held = try await fixture.service.reserve(reserve(turn), context(who))
        // 1,000 prompt tokens at 1.5 and 500 completion tokens at 2 millionths each.
        #expect(held.amountMicros == 2_500)
        let first = try await fixture.service.settle(settle(turn, who), context(nil))
        // 600 fresh at 1.5, 400 cached at 0.15, 100 written at 2.
        #expect(first.chargedMicros == 1_160)
        #expect(!first.wasSettled)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let again = try await fixture.service.settle(settle(turn, who, completion: 999), context(nil))
                    #expect(again.wasSettled)
                    #expect(again.chargedMicros == 1_160)
                }
            }
            try await group.waitForAll()
        }
        let rows = try await usage(fixture, who)
        #expect(rows.map(\.chargedMicros) == [1_160])
        #expect(rows.map(\.requests) == [1])
        try await fixture.close()
    }

    @Test func concurrentSettlementsOfOneTurnWriteOneRow() async throws {
        let fixture = try await Fixture()
        let (who, turn) = (principal(), ids.make(TurnID.self))
        let fresh = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await fixture.service.settle(settle(turn, who), context(nil)).wasSettled == false
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(fresh == 1)
        #expect(try await usage(fixture, who).map(\.requests) == [1])
        try await fixture.close()
    }

    @Test func aReleasedTurnCannotBeSettled() async throws {
        let fixture = try await Fixture()
        let (who, turn) = (principal(), ids.make(TurnID.self))
        _ = try await fixture.service.reserve(reserve(turn), context(who))
        let release = ReleaseRequest(turnID: turn, organisationID: who.organisation, reason: "refused", epoch: 1)
        #expect(try await fixture.service.release(release, context(nil)).wasReleased == false)
        #expect(try await fixture.service.release(release, context(nil)).wasReleased)
        let failure = await #expect(throws: Failure.self) {
            try await fixture.service.settle(settle(turn, who), context(nil))
        }
        #expect(failure?.reason == "turn_ended_otherwise")
        let again = await #expect(throws: Failure.self) {
            try await fixture.service.reserve(reserve(turn), context(who))
        }
        #expect(again?.reason == "turn_ended")
        #expect(try await usage(fixture, who).isEmpty)
        try await fixture.close()
    }

    @Test func aLapsedReservationIsFreeAndStillSettles() async throws {
        let fixture = try await Fixture()
        let (who, turn) = (principal(), ids.make(TurnID.self))
        _ = try await fixture.service.reserve(reserve(turn), context(who))
        try await fixture.fresh.prepare("UPDATE billing.reservations SET expires_at = now() - interval '1 second'")
        let lapsed = try await fixture.service.lapses.once()
        #expect(lapsed == 1)
        let open = try await fixture.service.listReservations(ListReservationsRequest(), context(nil))
        #expect(open.reservations.isEmpty)
        #expect(try await fixture.service.settle(settle(turn, who), context(nil)).chargedMicros == 1_160)
        try await fixture.close()
    }

    @Test func aBudgetIsNotOverrunByTurnsAtOnce() async throws {
        let fixture = try await Fixture()
        let who = principal()
        try await fixture.fresh.prepare(
            "INSERT INTO billing.budgets VALUES ('\(who.organisation)', 'USD', 10000)")
        let granted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    do {
                        _ = try await fixture.service.reserve(reserve(ids.make()), context(who))
                        return true
                    } catch {
                        #expect((error as? Failure)?.reason == "insufficient_quota")
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(granted == 4)
        try await fixture.close()
    }

    @Test func anUnknownModelHasNoPrice() async throws {
        let fixture = try await Fixture()
        var request = reserve(ids.make())
        request.model = "no-such-model"
        let failure = await #expect(throws: Failure.self) {
            try await fixture.service.reserve(request, context(principal()))
        }
        #expect(failure?.code == .notFound)
        try await fixture.close()
    }

    @Test func theFreePlanRefusesTheEleventhRequestOfADay() async throws {
        let fixture = try await Fixture()
        let who = principal(.free)
        for number in 1...10 {
            let turn = ids.make(TurnID.self)
            let reply = try await fixture.service.admit(AdmitRequest(turnID: turn, kind: "chat"), context(who))
            #expect(reply.isAllowed, "request \(number)")
            // A retry of the same turn costs nothing.
            #expect(
                try await fixture.service.admit(AdmitRequest(turnID: turn, kind: "chat"), context(who)).isAllowed)
        }
        let refused = try await fixture.service.admit(AdmitRequest(turnID: ids.make(), kind: "chat"), context(who))
        #expect(!refused.isAllowed)
        #expect(refused.refusedBy == "requests_per_day")
        #expect(refused.retryAfterMs > 0)
        #expect(refused.remainingRequests == 0)
        #expect(refused.limitTokens == 10_000)
        try await fixture.close()
    }

    /// Goal: the token limit holds though Redis knows nothing of what was used.
    /// Method: the ledger is filled past the day's limit, and only then is the first admission asked for.
    @Test func tokenLimitsAreReadFromTheLedgerWhenRedisIsCold() async throws {
        let fixture = try await Fixture()
        let who = principal(.free)
        for _ in 0..<10 { _ = try await fixture.service.settle(settle(ids.make(), who), context(nil)) }
        _ = try await fixture.redis.send(
            ["DEL", .text("{\(who.organisation)}:bucket:requests")],
            deadline: .after(.seconds(5), from: SystemTime().now()))
        let reply = try await fixture.service.admit(AdmitRequest(turnID: ids.make(), kind: "chat"), context(who))
        #expect(reply.refusedBy == "tokens_per_day")
        try await fixture.close()
    }

    @Test func anOrganisationsOwnLimitsWin() async throws {
        let fixture = try await Fixture()
        let who = principal(.free)
        _ = try await fixture.service.setLimits(
            SetLimitsRequest(organisationID: who.organisation), context(nil))
        for _ in 0..<30 {
            #expect(
                try await fixture.service.admit(AdmitRequest(turnID: ids.make(), kind: "chat"), context(who)).isAllowed)
        }
        try await fixture.close()
    }

    @Test func leasesComeOutOfTheBucket() async throws {
        let fixture = try await Fixture()
        let who = principal(.enterprise)
        let reply = try await fixture.service.admit(AdmitRequest(turnID: ids.make(), kind: "chat"), context(who))
        #expect(reply.leaseRequests == 32)
        #expect(reply.remainingRequests <= 1_000 - 33)
        try await fixture.close()
    }
}
