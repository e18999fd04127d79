// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import TestKit
import Testing

struct AnswerAssemblerTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func anEmojiSplitAcrossTokensComesWhole() {
        var assembler = AnswerAssembler(stops: [])
        let emoji = Array("🙂".utf8)
        #expect(assembler.append(Array("a".utf8) + emoji[..<1]) == Array("a".utf8))
        #expect(assembler.append(Array(emoji[1..<3])) == [])
        #expect(text(assembler.append(Array(emoji[3...]) + Array("b".utf8))) == "🙂b")
        #expect(assembler.finish() == [])
    }

    @Test func bytesThatAreNoTextAreReplaced() {
        var assembler = AnswerAssembler(stops: [])
        #expect(text(assembler.append([0x61, 0xFF, 0x62])) == "a\u{FFFD}b")
        #expect(assembler.append([0xF0, 0x9F]) == [])
        #expect(text(assembler.finish()) == "\u{FFFD}")
    }

    @Test func aStopStringSplitAcrossTokensIsFound() {
        var assembler = AnswerAssembler(stops: ["END"])
        #expect(text(assembler.append(Array("xE".utf8))) == "x")
        #expect(assembler.append(Array("N".utf8)) == [])
        #expect(assembler.append(Array("Dy".utf8)) == [])
        #expect(assembler.hasStopped && assembler.finish() == [])
    }

    @Test func whatOnlyLookedLikeAStopStringIsShown() {
        var assembler = AnswerAssembler(stops: ["END"])
        _ = assembler.append(Array("xEN".utf8))
        #expect(text(assembler.append(Array("T".utf8))) == "ENT")
        #expect(text(assembler.append(Array("EE".utf8))) == "E")
        #expect(text(assembler.finish()) == "E" && !assembler.hasStopped)
    }

    @Test func theEarliestOfSeveralStopStringsWins() {
        var assembler = AnswerAssembler(stops: ["ccc", "b", ""])
        #expect(text(assembler.append(Array("aabccc".utf8))) == "aa")
        #expect(assembler.hasStopped)
    }

    /// Goal: what is shown does not depend on how the text was cut into tokens, and no stop string is ever shown.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8])
    func showsTheSameHoweverTheTextIsCut(seed: UInt64) {
        var random = SeededRandomness(seed: seed)
        let whole = String(
            (0..<60).map { _ in ["a", "b", "é", "🙂", "ab"].randomElement(using: &random) ?? "a" }.joined())
        let stops = ["aba", "é🙂", "bbb"]
        let bytes = Array(whole.utf8)
        let first = bytes.indices.first { at in stops.contains { bytes[at...].starts(with: $0.utf8) } }
        let expected = first.map { Array(bytes[..<$0]) } ?? bytes
        var assembler = AnswerAssembler(stops: stops)
        var shown: [UInt8] = []
        var at = 0
        while at < bytes.count, !assembler.hasStopped {
            let end = min(bytes.count, at + Int.random(in: 1...4, using: &random))
            shown += assembler.append(Array(bytes[at..<end]))
            at = end
        }
        shown += assembler.finish()
        #expect(text(shown) == text(expected))
        #expect(assembler.hasStopped == (first != nil))
    }
}
