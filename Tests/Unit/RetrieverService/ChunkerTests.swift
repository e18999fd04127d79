// SPDX-License-Identifier: Apache-2.0

import RetrieverDomain
import Testing

@Suite struct ChunkerTests {
    private func texts(_ text: String) -> [String] { PassageText.all(of: text).map(\.text) }

    @Test func shortParagraphsJoinAndLongOnesStandAlone() {
        let long = String(repeating: "A sentence of some length stands here. ", count: 10)
        #expect(texts("# Title\n\n\(long)\n\n\(long)").count == 2)
        #expect(texts("one\n\ntwo\n\nthree") == ["one\n\ntwo\n\nthree"])
    }

    @Test func aLongParagraphIsCutBehindSentences() {
        let sentence = "This is a sentence that says a little something. "
        let parts = texts(String(repeating: sentence, count: 60))
        #expect(parts.count > 3)
        #expect(parts.allSatisfy { $0.utf8.count <= Chunker.longestBytes && $0.hasSuffix(".") })
    }

    @Test func noCharacterIsEverCut() {
        let text = String(repeating: "日本語", count: 400)
        let parts = texts(text)
        #expect(parts.joined() == text)
        #expect(parts.allSatisfy { !$0.contains("\u{FFFD}") })
    }

    @Test func rangesPointIntoTheText() {
        let text = "  first\n\n" + String(repeating: "x", count: 3_000) + "\r\n \r\nlast  "
        let bytes = Array(text.utf8)
        for passage in PassageText.all(of: text) {
            #expect(String(decoding: bytes[passage.range], as: UTF8.self) == passage.text)
        }
    }

    @Test(arguments: ["", " \n \n\t", "\n"])
    func nothingGivesNoPassage(_ text: String) {
        #expect(texts(text).isEmpty)
    }
}
