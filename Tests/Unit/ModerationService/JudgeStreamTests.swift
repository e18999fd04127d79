// SPDX-License-Identifier: Apache-2.0

import ModerationDomain
import Testing

@Suite struct JudgeStreamTests {
    /// Pushes a text in the given pieces; returns what left, and what was released after each piece.
    private func stream(
        _ pieces: [String], policy: ModerationPolicy = .standard
    ) throws -> (text: String, released: [Int], stop: String?) {
        var judge = StreamJudge(policy: policy)
        let whole = Array(pieces.joined().utf8)
        var out: [UInt8] = []
        var at = 0
        var offset = 0
        var released: [Int] = []
        for (index, piece) in pieces.enumerated() {
            let step = try judge.push(piece, at: offset, isLast: index == pieces.count - 1)
            offset += piece.utf8.count
            for redaction in step.redactions {
                guard case .redact(let replacement) = redaction.consequence else { continue }
                out += whole[at..<redaction.range.lowerBound] + Array(replacement.utf8)
                at = redaction.range.upperBound
            }
            #expect(step.releasedUpTo >= at)
            out += whole[at..<step.releasedUpTo]
            at = step.releasedUpTo
            released.append(step.releasedUpTo)
            if let stop = step.stop { return (String(decoding: out, as: UTF8.self), released, stop) }
        }
        return (String(decoding: out, as: UTF8.self), released, nil)
    }

    @Test func plainWordsLeaveAtOnce() throws {
        let pieces = ["The", " capital", " of", " France", " is", " Paris"]
        let (text, released, _) = try stream(pieces)
        #expect(text == pieces.joined())
        #expect(released == [3, 11, 14, 21, 24, 30])
    }

    @Test func aCardSplitAcrossChunksNeverLeaves() throws {
        let (text, released, _) = try stream(["Card 41", "11 1111", " 1111 11", "11", " ok", "."])
        #expect(text == "Card [card] ok.")
        #expect(released[0] == 5)
    }

    /// Goal: however an answer is cut into chunks, what leaves is what judging it whole would leave, apart from the
    /// letters before an address, which a stream has let go already (hence a digit at its start).
    @Test func everyCutGivesTheSameText() throws {
        let source = "Pay 4111 1111 1111 1111 by 2024-12-31, or mail 7.doe@example.com or ö@x. 12345 é end"
        let expected = "Pay [card] by 2024-12-31, or mail [email] or ö@x. 12345 é end"
        let characters = source.map(String.init)
        for size in 1...9 {
            let pieces = stride(from: 0, to: characters.count, by: size).map {
                characters[$0..<min($0 + size, characters.count)].joined()
            }
            #expect(try stream(pieces).text == expected, "pieces of \(size)")
        }
    }

    @Test func anAddressBehindAReleasedWordLosesItsDomain() throws {
        #expect(try stream(["ask ada", "@example.com", " now"]).text == "ask ada[email] now")
    }

    @Test func aBlockedPhraseEndsTheAnswerBeforeIt() throws {
        var policy = ModerationPolicy.standard
        policy.phrases = PhraseTrie([.init(text: "launch code", redacts: false)])
        let (text, _, stop) = try stream(["The laun", "ch co", "de is 7"], policy: policy)
        #expect(stop == "blocklist")
        #expect(text == "The ")
    }

    @Test func whatIsHeldIsBounded() throws {
        let long = String(repeating: "a.", count: 2_000)
        var judge = StreamJudge(policy: .standard)
        let step = try judge.push(long, at: 0, isLast: false)
        #expect(step.releasedUpTo >= long.utf8.count - StreamJudge.longestHold)
    }

    @Test func aChunkOutOfOrderIsRefused() throws {
        var judge = StreamJudge(policy: .standard)
        _ = try judge.push("one", at: 0, isLast: false)
        #expect(throws: StreamJudge.OutOfOrder.self) { try judge.push("three", at: 7, isLast: false) }
    }
}
