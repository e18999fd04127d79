// SPDX-License-Identifier: Apache-2.0

import AuthService
import Messages
import Primitives
import Testing

@Suite struct LogoutTests {
    @Test func aSessionEndsAndEndingItAgainIsNoError() async throws {
        try await AuthFixture.use { fixture in
            let made = try await fixture.makeOrganisation("leavers")
            let login = try await fixture.service.login(
                LoginRequest(email: "leavers@example.com", password: "Lighthouse7"), fixture.context)
            let logout = LogoutRequest(organisationID: made.organisationID, sessionID: login.sessionID)
            _ = try await fixture.service.logout(logout, fixture.context)
            _ = try await fixture.service.logout(logout, fixture.context)
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.touchSession(
                    TouchSessionRequest(organisationID: made.organisationID, sessionID: login.sessionID),
                    fixture.context)
            }
            #expect(failure?.code == .unauthenticated)
        }
    }
}
