// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import Testing

@Suite struct BlockPhraseTests {
    @Test func aBlockedPhraseHoldsForItsOrganisationOnly() async throws {
        try await ModerationFixture.use { fixture in
            let (ours, others) = (fixture.organisation(1), fixture.organisation(2))
            _ = try await fixture.admin.blockPhrase(
                BlockPhraseRequest(organisationID: ours, phrase: "  Project   FALCON ", redacts: true),
                fixture.context(ours))
            let request = JudgeTextRequest(text: "all about project falcon", direction: .output)
            let verdict = try await fixture.peers.judgeText(request, fixture.context(ours))
            #expect(verdict.action == .redact)
            #expect(verdict.redactions.first?.startByte == 10)
            #expect(try await fixture.peers.judgeText(request, fixture.context(others)).action == .allow)
            let listed = try await fixture.admin.listPhrases(
                ListPhrasesRequest(organisationID: ours), fixture.context(ours))
            #expect(listed.phrases.map(\.phrase) == ["project falcon"])
            let foreign = try await fixture.admin.listPhrases(
                ListPhrasesRequest(organisationID: others), fixture.context(others))
            #expect(foreign.phrases.isEmpty)
        }
    }

    @Test func anEmptyPhraseIsRefused() async throws {
        try await ModerationFixture.use { fixture in
            let ours = fixture.organisation(7)
            let failure = await #expect(throws: Failure.self) {
                try await fixture.admin.blockPhrase(
                    BlockPhraseRequest(organisationID: ours, phrase: "  \n "), fixture.context(ours))
            }
            #expect(failure?.reason == "bad_phrase")
        }
    }
}
