// SPDX-License-Identifier: Apache-2.0

import BillingService
import Messages
import Primitives
import TestKit
import Testing

@Suite struct ListReservationsTests {
    @Test func aLapsedReservationIsFreeAndStillSettles() async throws {
        try await BillingFixture.use { fixture in
            let (who, turn) = (fixture.principal(), fixture.ids.make(TurnID.self))
            _ = try await fixture.service.reserve(fixture.reserve(turn), fixture.context(who))
            try await fixture.fresh.prepare("UPDATE billing.reservations SET expires_at = now() - interval '1 second'")
            let lapsed = try await fixture.service.lapses.once()
            #expect(lapsed == 1)
            let open = try await fixture.service.listReservations(ListReservationsRequest(), fixture.context(nil))
            #expect(open.reservations.isEmpty)
            #expect(
                try await fixture.service.settle(fixture.settle(turn, who), fixture.context(nil)).chargedMicros == 1_160
            )
        }
    }
}
