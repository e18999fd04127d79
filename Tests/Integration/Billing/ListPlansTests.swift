// SPDX-License-Identifier: Apache-2.0

import BillingService
import Messages
import Testing

@Suite struct ListPlansTests {
    @Test func thePlansAreThoseOfTheDecisions() async throws {
        try await BillingFixture.use { fixture in
            let plans = try await fixture.service.listPlans(ListPlansRequest(), fixture.context(nil)).plans
            #expect(plans.map(\.plan) == ["free", "pro", "enterprise"])
            #expect(plans.map(\.requestsPerMinute) == [20, 100, 1_000])
            #expect(plans.map(\.tokensPerDay) == [10_000, 1_000_000, 0])
        }
    }
}
