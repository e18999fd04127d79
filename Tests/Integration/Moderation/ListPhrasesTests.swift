// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Testing

@Suite struct ListPhrasesTests {
    @Test func phrasesAreListedAsTheyAreCompared() async throws {
        try await ModerationFixture.use { fixture in
            let ours = fixture.organisation(8)
            for (phrase, redacts) in [("Zeta  Plan", true), ("alpha", false)] {
                _ = try await fixture.admin.blockPhrase(
                    BlockPhraseRequest(organisationID: ours, phrase: phrase, redacts: redacts), fixture.context(ours))
            }
            let listed = try await fixture.admin.listPhrases(
                ListPhrasesRequest(organisationID: ours), fixture.context(ours))
            #expect(listed.phrases.map(\.phrase) == ["alpha", "zeta plan"])
            #expect(listed.phrases.map(\.redacts) == [false, true])
        }
    }
}
