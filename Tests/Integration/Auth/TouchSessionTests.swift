// SPDX-License-Identifier: Apache-2.0

import AuthService
import Messages
import Primitives
import Testing

@Suite struct TouchSessionTests {
    @Test func aSessionLivesInItsOrganisationOnly() async throws {
        try await AuthFixture.use { fixture in
            let made = try await fixture.makeOrganisation("sessions")
            let other = try await fixture.makeOrganisation("strangers")
            let login = try await fixture.service.login(
                LoginRequest(email: "sessions@example.com", password: "Lighthouse7"), fixture.context)
            _ = try await fixture.service.touchSession(
                TouchSessionRequest(organisationID: made.organisationID, sessionID: login.sessionID), fixture.context)
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.touchSession(
                    TouchSessionRequest(organisationID: other.organisationID, sessionID: login.sessionID),
                    fixture.context)
            }
            #expect(failure?.reason == "session_ended")
        }
    }
}
