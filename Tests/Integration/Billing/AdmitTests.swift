// SPDX-License-Identifier: Apache-2.0

import BillingService
import Messages
import Primitives
import Redis
import Testing

@Suite struct AdmitTests {
    @Test func theFreePlanRefusesTheEleventhRequestOfADay() async throws {
        try await BillingFixture.use { fixture in
            let who = fixture.principal(.free)
            for number in 1...10 {
                let turn = fixture.ids.make(TurnID.self)
                let reply = try await fixture.service.admit(
                    AdmitRequest(turnID: turn, kind: "chat"), fixture.context(who))
                #expect(reply.isAllowed, "request \(number)")
                // A retry of the same turn costs nothing.
                #expect(
                    try await fixture.service.admit(AdmitRequest(turnID: turn, kind: "chat"), fixture.context(who))
                        .isAllowed)
            }
            let refused = try await fixture.service.admit(
                AdmitRequest(turnID: fixture.ids.make(), kind: "chat"), fixture.context(who))
            #expect(!refused.isAllowed)
            #expect(refused.refusedBy == "requests_per_day")
            #expect(refused.retryAfterMs > 0)
            #expect(refused.remainingRequests == 0)
            #expect(refused.limitTokens == 10_000)
        }
    }

    @Test func tokenLimitsAreReadFromTheLedgerWhenRedisIsCold() async throws {
        try await BillingFixture.use { fixture in
            let who = fixture.principal(.free)
            for _ in 0..<10 {
                _ = try await fixture.service.settle(fixture.settle(fixture.ids.make(), who), fixture.context(nil))
            }
            _ = try await fixture.redis.send(
                ["DEL", .text("{\(who.organisation)}:bucket:requests")],
                deadline: .after(.seconds(5), from: SystemTime().now()))
            let reply = try await fixture.service.admit(
                AdmitRequest(turnID: fixture.ids.make(), kind: "chat"), fixture.context(who))
            #expect(reply.refusedBy == "tokens_per_day")
        }
    }

    @Test func leasesComeOutOfTheBucket() async throws {
        try await BillingFixture.use { fixture in
            let who = fixture.principal(.enterprise)
            let reply = try await fixture.service.admit(
                AdmitRequest(turnID: fixture.ids.make(), kind: "chat"), fixture.context(who))
            #expect(reply.leaseRequests == 32)
            #expect(reply.remainingRequests <= 1_000 - 33)
        }
    }
}
