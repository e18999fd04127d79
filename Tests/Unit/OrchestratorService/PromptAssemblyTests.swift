// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Primitives
import TestKit
import Testing

struct PromptAssemblyTests {
    private func passage(_ text: String) -> Passage {
        let ids = SequentialIdentifiers()
        return Passage(
            number: 1, file: ids.make(), passage: ids.make(), filename: "sea.md", text: text, score: 1, startByte: 0,
            endByte: 3)
    }

    /// Goal: the prompt of a turn is a prefix of the next turn's, passages included.
    @Test func theNextPromptBeginsWithThisOne() throws {
        let question = PromptEntry(.user, "How deep?", passages: [passage("Very deep.")])
        let first = try PromptAssembly(history: [], new: [question], maxBytes: 10_000, maxMessages: 10)
        let answer = PromptEntry(.assistant, "Very [1].")
        let second = try PromptAssembly(
            history: [question, answer], new: [PromptEntry(.user, "Why?")], maxBytes: 10_000, maxMessages: 10)
        #expect(Array(second.messages.prefix(1)) == first.messages)
        #expect(first.messages[0].content.hasSuffix("How deep?"))
        #expect(first.messages[0].content.contains("[1] sea.md\nVery deep."))
    }

    @Test func nothingIsCutInSilence() {
        let long = [PromptEntry(.user, "12345")]
        #expect(throws: PromptRefusal.tooLong(bytes: 5, limit: 4)) {
            try PromptAssembly(history: [], new: long, maxBytes: 4, maxMessages: 10)
        }
        #expect(throws: PromptRefusal.tooManyMessages(count: 2, limit: 1)) {
            try PromptAssembly(history: long, new: long, maxBytes: 100, maxMessages: 1)
        }
        #expect(throws: PromptRefusal.empty) {
            try PromptAssembly(history: long, new: [], maxBytes: 100, maxMessages: 10)
        }
    }
}

struct JudgedInputTests {
    private let entries = [
        PromptEntry(.system, "4111"), PromptEntry(.user, "card 4111"), PromptEntry(.assistant, "4111"),
        PromptEntry(.user, "mail a@b now"),
    ]

    @Test func onlyPeopleAndToolsAreJudged() {
        #expect(JudgedInput(entries).text == "card 4111\n\nmail a@b now")
    }

    @Test func redactionsFindTheirMessage() {
        let input = JudgedInput(entries)
        let redacted = input.redacted(
            entries,
            by: [
                TextRedaction(start: 5, end: 9, replacement: "[card]"),
                TextRedaction(start: 16, end: 19, replacement: "[email]"),
            ])
        #expect(redacted.map(\.content) == ["4111", "card [card]", "4111", "mail [email] now"])
    }

    @Test func aRedactionOverABorderLeavesNothingBehind() {
        let input = JudgedInput(entries)
        let redacted = input.redacted(entries, by: [TextRedaction(start: 5, end: 15, replacement: "[x]")])
        #expect(redacted.map(\.content) == ["4111", "card [x]", "4111", " a@b now"])
    }
}

struct AnswerLogTests {
    private func piece(_ seq: UInt32, _ text: String, count: UInt32 = 1) -> ReleasedPiece {
        ReleasedPiece(seq: seq, count: count, text: Array(text.utf8))
    }

    @Test func aLaggingReaderGetsItsBacklogAtOnce() {
        var log = AnswerLog()
        var quick = AnswerLog.Cursor.start
        var slow = AnswerLog.Cursor.start
        log.append(piece(0, "a"))
        let first = log.read(&quick)
        #expect(first == piece(0, "a"))
        log.append(piece(1, "b"))
        log.append(piece(2, "cd", count: 2))
        #expect(log.bytesAfter(quick) == 3)
        let backlog = [log.read(&slow), log.read(&slow), log.read(&quick)]
        #expect(backlog == [piece(0, "abcd", count: 4), nil, piece(1, "bcd", count: 3)])
    }

    @Test func aReaderMayBeginAtAToken() {
        var log = AnswerLog()
        var cursor = AnswerLog.Cursor.start
        log.append(piece(0, "0"))
        let early = log.read(&cursor, fromToken: 3)
        for seq in 1..<5 { log.append(piece(UInt32(seq), "\(seq)")) }
        let rest = log.read(&cursor, fromToken: 3)
        #expect(early == nil && rest == piece(3, "34", count: 2))
    }

    @Test func tokensThatWereHeldBackAreNotPartOfTheAnswer() {
        var log = AnswerLog()
        log.note(tokens: [7, 8, 9])
        log.append(piece(0, "ab", count: 2))
        #expect(Array(log.loggedTokens) == [7, 8])
    }
}
