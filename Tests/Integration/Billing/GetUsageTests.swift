// SPDX-License-Identifier: Apache-2.0

import BillingService
import Messages
import Primitives
import Testing

@Suite struct GetUsageTests {
    @Test func usageIsSummedByDayAndModelForOneOrganisation() async throws {
        try await BillingFixture.use { fixture in
            let (ours, theirs) = (fixture.principal(), fixture.principal())
            for who in [ours, ours, theirs] {
                _ = try await fixture.service.settle(fixture.settle(fixture.ids.make(), who), fixture.context(nil))
            }
            let rows = try await fixture.usage(ours)
            #expect(rows.count == 1)
            #expect(rows.first?.requests == 2)
            #expect(rows.first?.cachedTokens == 800)
            #expect(rows.first?.chargedMicros == 2_320)
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.getUsage(
                    GetUsageRequest(organisationID: ours.organisation, fromUs: 2, toUs: 1), fixture.context(nil))
            }
            #expect(failure?.reason == "bad_period")
        }
    }

    private static let strange: [(Int64, Int64?)] = [
        (.min, nil), (.max, nil), (0, .max), (0, 253_402_300_800_000_000),
    ]

    @Test(arguments: strange)
    func aTimeThatNoCalendarHasIsTheCallersMistake(_ from: Int64, _ to: Int64?) async throws {
        try await BillingFixture.use { fixture in
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.getUsage(
                    GetUsageRequest(organisationID: fixture.principal().organisation, fromUs: from, toUs: to),
                    fixture.context(nil))
            }
            #expect(failure?.code == .invalidArgument)
            #expect(failure?.reason == "bad_period")
        }
    }

    @Test func theFirstAndTheLastDayOfTheCalendarAreAskedFor() async throws {
        try await BillingFixture.use { fixture in
            let reply = try await fixture.service.getUsage(
                GetUsageRequest(
                    organisationID: fixture.principal().organisation, fromUs: -62_135_596_800_000_000,
                    toUs: 253_402_300_799_999_999), fixture.context(nil))
            #expect(reply.rows.isEmpty)
        }
    }
}
