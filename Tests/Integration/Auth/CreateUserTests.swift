// SPDX-License-Identifier: Apache-2.0

import AuthService
import Messages
import Primitives
import Testing

@Suite struct CreateUserTests {
    @Test func aMemberCanSignIn() async throws {
        try await AuthFixture.use { fixture in
            let organisation = try await fixture.makeOrganisation("team").organisationID
            let made = try await fixture.service.createUser(
                CreateUserRequest(
                    organisationID: organisation, email: "Member@example.com", role: "member", password: "Harbour42"),
                fixture.context)
            let login = try await fixture.service.login(
                LoginRequest(email: "member@example.com", password: "Harbour42"), fixture.context)
            #expect(login.userID == made.userID)
        }
    }

    @Test func weakPasswordsAndUnknownRolesAreRefused() async throws {
        try await AuthFixture.use { fixture in
            let organisation = try await fixture.makeOrganisation("strict").organisationID
            for (role, password, reason) in [
                ("member", "weak", "weak_password"), ("king", "Harbour42", "unknown_role"),
            ] {
                let failure = await #expect(throws: Failure.self) {
                    try await fixture.service.createUser(
                        CreateUserRequest(
                            organisationID: organisation, email: "x@example.com", role: role, password: password),
                        fixture.context)
                }
                #expect(failure?.reason == reason)
            }
        }
    }
}
