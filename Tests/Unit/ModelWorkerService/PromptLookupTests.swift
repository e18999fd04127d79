// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Testing

struct PromptLookupTests {
    /// Feeds a text token by token, as an answer grows, its first `given` at once.
    private func followed(_ text: [TokenID], given: Int = 1, least: Int = 3) -> PromptLookup {
        var lookup = PromptLookup()
        for end in given...text.count { _ = lookup.follow(Array(text[..<end]), least: least) }
        return lookup
    }

    @Test func aQuotationIsFoundAndContinued() {
        let text: [TokenID] = [1, 2, 3, 4, 5, 6, 7, 50, 51, 2, 3, 4]
        let lookup = followed(text, given: 9)
        #expect(lookup.isFound && lookup.matched == 3)
        #expect(lookup.proposal(text, count: 3) == [5, 6, 7])
        #expect(lookup.proposal(text, count: 0).isEmpty)
    }

    @Test func twoEqualTokensAreNoQuotation() {
        #expect(!followed([1, 2, 3, 4, 50, 2, 3]).isFound)
        #expect(followed([1, 2, 3, 4, 50, 2, 3], least: 2).isFound)
        #expect(!followed([1]).isFound && !followed([1, 2, 3]).isFound)
    }

    @Test func theLongestPlaceIsTakenAndOfEqualsTheLatest() {
        let longer: [TokenID] = [9, 1, 2, 3, 4, 60, 8, 2, 3, 4, 70, 9, 1, 2, 3, 4]
        #expect(followed(longer, given: longer.count).proposal(longer, count: 1) == [60])
        let latest: [TokenID] = [8, 2, 3, 4, 60, 7, 2, 3, 4, 70, 6, 2, 3, 4]
        #expect(followed(latest, given: latest.count).proposal(latest, count: 1) == [70])
    }

    @Test func aRepetitionIsContinuedBeyondTheTextsEnd() {
        let text: [TokenID] = [5, 6, 7, 5, 6, 7, 5, 6, 7]
        #expect(followed(text).proposal(text, count: 7) == [5, 6, 7, 5, 6, 7, 5])
    }

    @Test func whatWasForetoldIsComparedWithWhatCame() {
        var lookup = PromptLookup()
        var text: [TokenID] = [1, 2, 3, 4, 5, 50, 1, 2, 3]
        #expect(lookup.follow(text, least: 3) == nil)
        text.append(4)
        #expect(lookup.follow(text, least: 3) == .init(matched: 3, isRight: true))
        #expect(lookup.matched == 4 && lookup.proposal(text, count: 1) == [5])
        text.append(99)
        #expect(lookup.follow(text, least: 3) == .init(matched: 4, isRight: false))
        #expect(!lookup.isFound)
    }

    @Test func onlyTheEndOfALongTextIsSearched() {
        let filler = [TokenID](repeating: 0, count: PromptLookup.mostScanned).enumerated().map {
            TokenID(1_000 + $0.offset)
        }
        let text = [1, 2, 3, 4] + filler + [1, 2, 3]
        #expect(!followed(text, given: text.count).isFound)
        let near = [1, 2, 3, 4] + filler.dropFirst(8) + [1, 2, 3]
        #expect(followed(near, given: near.count).proposal(near, count: 1) == [4])
    }
}
