// SPDX-License-Identifier: Apache-2.0

import AuthService
import Messages
import Testing

@Suite struct ListOrganisationsTests {
    @Test func organisationsAreListedByName() async throws {
        try await AuthFixture.use { fixture in
            _ = try await fixture.makeOrganisation("zebra")
            _ = try await fixture.makeOrganisation("antelope")
            let listed = try await fixture.service.listOrganisations(ListOrganisationsRequest(), fixture.context)
            #expect(listed.organisations.map(\.name) == ["antelope", "zebra"])
            #expect(listed.organisations.map(\.plan) == ["pro", "pro"])
        }
    }
}
