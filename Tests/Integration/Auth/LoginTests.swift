// SPDX-License-Identifier: Apache-2.0

import AuthService
import Messages
import Primitives
import Testing

@Suite struct LoginTests {
    @Test func theOwnerIsSignedInWhateverTheCaseOfTheAddress() async throws {
        try await AuthFixture.use { fixture in
            let made = try await fixture.makeOrganisation("people")
            let login = try await fixture.service.login(
                LoginRequest(email: "PEOPLE@example.com", password: "Lighthouse7", clientAddress: "127.0.0.1"),
                fixture.context)
            #expect(login.userID == made.userID)
            #expect(login.expiresInS == 900)
        }
    }

    @Test func wrongPasswordsSoundAlikeAndRunOut() async throws {
        try await AuthFixture.use { fixture in
            _ = try await fixture.makeOrganisation("guessed")
            let attempt = { (email: String, password: String) async -> Failure? in
                await #expect(throws: Failure.self) {
                    try await fixture.service.login(LoginRequest(email: email, password: password), fixture.context)
                }
            }
            let unknown = await attempt("nobody@example.com", "Lighthouse7")
            #expect(unknown?.reason == "invalid_credentials")
            for _ in 0..<5 {
                #expect(await attempt("guessed@example.com", "Wrong1234")?.message == unknown?.message)
            }
            let refused = await attempt("guessed@example.com", "Lighthouse7")
            #expect(refused?.code == .resourceExhausted)
        }
    }
}
