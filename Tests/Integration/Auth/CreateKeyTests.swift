// SPDX-License-Identifier: Apache-2.0

import AuthService
import Messages
import Primitives
import Testing

@Suite struct CreateKeyTests {
    @Test func anUnknownScopeIsRefused() async throws {
        try await AuthFixture.use { fixture in
            let organisation = try await fixture.makeOrganisation("scopes").organisationID
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.createKey(
                    CreateKeyRequest(organisationID: organisation, scopes: ["chat:wirte"]), fixture.context)
            }
            #expect(failure?.reason == "unknown_scope")
        }
    }

    @Test func anUnknownOrganisationIsNotFound() async throws {
        try await AuthFixture.use { fixture in
            let nobody = OrganisationID(UUIDv7(high: 1, low: 1))
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.createKey(CreateKeyRequest(organisationID: nobody), fixture.context)
            }
            #expect(failure?.code == .notFound)
        }
    }
}
