// SPDX-License-Identifier: Apache-2.0

import AuthService
import Messages
import Primitives
import Testing

@Suite struct CreateOrganisationTests {
    @Test func namesAndAddressesAreTakenOnce() async throws {
        try await AuthFixture.use { fixture in
            _ = try await fixture.makeOrganisation("first")
            let failure = await #expect(throws: Failure.self) { try await fixture.makeOrganisation("first") }
            #expect(failure?.code == .alreadyExists)
        }
    }

    @Test func wrongPlansNamesAndAddressesAreRefused() async throws {
        try await AuthFixture.use { fixture in
            for (name, plan, email, reason) in [
                ("ok", "gold", "a@b.c", "unknown_plan"), ("Not OK", "free", "a@b.c", "bad_name"),
                ("ok", "free", "nowhere", "bad_email"),
            ] {
                let failure = await #expect(throws: Failure.self) {
                    try await fixture.service.createOrganisation(
                        CreateOrganisationRequest(name: name, plan: plan, ownerEmail: email), fixture.context)
                }
                #expect(failure?.reason == reason)
            }
        }
    }
}
