// SPDX-License-Identifier: Apache-2.0

import AuthService
import Cryptography
import Messages
import Primitives
import Testing

@Suite struct ListSigningKeysTests {
    @Test func publishedKeysVerifyAnAccessToken() async throws {
        try await AuthFixture.use { fixture in
            let made = try await fixture.makeOrganisation("signed")
            let login = try await fixture.service.login(
                LoginRequest(email: "signed@example.com", password: "Lighthouse7"), fixture.context)
            let published = try await fixture.service.listSigningKeys(ListSigningKeysRequest(), fixture.context)
            struct Claims: Decodable {
                var jti: String
                var org_id: String
                var tier: String
            }
            let claims = try JWT.verify(
                login.accessToken, as: Claims.self, keys: try JSONWebKeySet(json: published.jwksJSON), issuer: "parley",
                audience: "parley-clients", at: SystemTime().timestamp())
            #expect(claims.org_id == "\(made.organisationID)")
            #expect(claims.jti == "\(login.sessionID)")
            #expect(claims.tier == "pro")
        }
    }
}
