// SPDX-License-Identifier: Apache-2.0

import BillingService
import Messages
import Primitives
import Testing

@Suite struct SetLimitsTests {
    @Test func anOrganisationsOwnLimitsWin() async throws {
        try await BillingFixture.use { fixture in
            let who = fixture.principal(.free)
            _ = try await fixture.service.setLimits(
                SetLimitsRequest(organisationID: who.organisation), fixture.context(nil))
            for _ in 0..<30 {
                #expect(
                    try await fixture.service.admit(
                        AdmitRequest(turnID: fixture.ids.make(), kind: "chat"), fixture.context(who)
                    ).isAllowed)
            }
        }
    }
}
