// SPDX-License-Identifier: Apache-2.0

import AuthService
import Messages
import Testing

@Suite struct ListKeysTests {
    @Test func listsShowEnoughToRecogniseAKeyAndNoMore() async throws {
        try await AuthFixture.use { fixture in
            let ours = try await fixture.makeOrganisation("lists").organisationID
            let theirs = try await fixture.makeOrganisation("others").organisationID
            let made = try await fixture.service.createKey(CreateKeyRequest(organisationID: ours), fixture.context)
            let listed = try await fixture.service.listKeys(ListKeysRequest(organisationID: ours), fixture.context)
            #expect(listed.keys.map(\.prefix) == [made.prefix])
            #expect(made.key.hasPrefix(made.prefix))
            #expect(!made.prefix.contains(made.key.suffix(30)))
            let foreign = try await fixture.service.listKeys(ListKeysRequest(organisationID: theirs), fixture.context)
            #expect(foreign.keys.isEmpty)
        }
    }
}
