// SPDX-License-Identifier: Apache-2.0

import Primitives
import RetrieverDomain
import RetrieverService
import Testing

@Suite struct RankFusionTests {
    private func id(_ number: UInt64) -> PassageID { PassageID(UUIDv7(high: 0, low: number)) }

    @Test func whatBothListsKnowComesFirst() {
        let fused = RankFusion.fuse([[id(1), id(2)], [id(2), id(3)]], limit: 3)
        #expect(fused.map(\.passage) == [id(2), id(1), id(3)])
    }

    @Test func firstEverywhereScoresOne() {
        #expect(RankFusion.fuse([[id(1)], [id(1)]], limit: 1).first?.score == 1)
        #expect(RankFusion.fuse([[id(1)], []], limit: 1).first?.score == 1)
        #expect(RankFusion.fuse([[], []], limit: 5).isEmpty)
    }

    @Test func aQuestionBecomesWordsAndNothingElse() {
        #expect(QueryWords.anyOf("What's the capital? & | ! ('x')") == "'what' | 'the' | 'capital'")
        #expect(QueryWords.anyOf("?!") == "")
    }
}
