// SPDX-License-Identifier: Apache-2.0

import AuthService
import Cryptography
import Messages
import Primitives
import Testing

@Suite struct VerifyKeyTests {
    @Test func aKeyStandsForItsPrincipal() async throws {
        try await AuthFixture.use { fixture in
            let organisation = try await fixture.makeOrganisation("keys").organisationID
            let made = try await fixture.service.createKey(
                CreateKeyRequest(organisationID: organisation, name: "ci", scopes: ["chat:write"]), fixture.context)
            let verified = try await fixture.service.verifyKey(
                VerifyKeyRequest(keyHash: SHA256.hash(made.key)), fixture.context)
            #expect(verified.organisationID == organisation)
            #expect(verified.keyID == made.keyID)
            #expect(verified.plan == "pro")
            #expect(verified.scopes == ["chat:write"])
            #expect(verified.cacheMs == 5_000)
        }
    }

    @Test func anUnknownKeyIsRefused() async throws {
        try await AuthFixture.use { fixture in
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.verifyKey(VerifyKeyRequest(keyHash: SHA256.hash("sk-no")), fixture.context)
            }
            #expect(failure?.code == .unauthenticated)
            #expect(failure?.reason == "invalid_api_key")
        }
    }
}
