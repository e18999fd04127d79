// SPDX-License-Identifier: Apache-2.0

import BillingService
import Messages
import Primitives
import Testing

@Suite struct ReleaseTests {
    @Test func aReleasedTurnCannotBeSettled() async throws {
        try await BillingFixture.use { fixture in
            let (who, turn) = (fixture.principal(), fixture.ids.make(TurnID.self))
            _ = try await fixture.service.reserve(fixture.reserve(turn), fixture.context(who))
            let release = ReleaseRequest(turnID: turn, organisationID: who.organisation, reason: "refused", epoch: 1)
            #expect(try await fixture.service.release(release, fixture.context(nil)).wasReleased == false)
            #expect(try await fixture.service.release(release, fixture.context(nil)).wasReleased)
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.settle(fixture.settle(turn, who), fixture.context(nil))
            }
            #expect(failure?.reason == "turn_ended_otherwise")
            let again = await #expect(throws: Failure.self) {
                try await fixture.service.reserve(fixture.reserve(turn), fixture.context(who))
            }
            #expect(again?.reason == "turn_ended")
            #expect(try await fixture.usage(who).isEmpty)
        }
    }
}
