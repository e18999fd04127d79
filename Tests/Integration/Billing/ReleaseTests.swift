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

    /// Goal: whichever of a turn's Reserve and its release is carried out first, nothing stays reserved.
    @Test func aReservationThatComesLateIsRefused() async throws {
        try await BillingFixture.use { fixture in
            let who = fixture.principal()
            for _ in 0..<40 {
                let turn = fixture.ids.make(TurnID.self)
                let release = ReleaseRequest(
                    turnID: turn, organisationID: who.organisation, reason: "cancelled", epoch: 1)
                // Either order is right, and so is either answer.
                async let reserved = try? fixture.service.reserve(fixture.reserve(turn), fixture.context(who))
                async let released = fixture.service.release(release, fixture.context(nil))
                _ = try await (reserved, released)
                let late = await #expect(throws: Failure.self) {
                    try await fixture.service.reserve(fixture.reserve(turn), fixture.context(who))
                }
                #expect(late?.reason == "turn_ended")
                #expect(try await fixture.service.release(release, fixture.context(nil)).wasReleased)
            }
            let open = try await fixture.service.listReservations(
                ListReservationsRequest(limit: 10), fixture.context(nil))
            #expect(open.reservations.isEmpty)
        }
    }
}
