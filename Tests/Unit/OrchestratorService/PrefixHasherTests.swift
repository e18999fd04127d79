// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Testing

struct PrefixHasherTests {
    private func hashes(_ entries: [PromptEntry], salt: [UInt8] = [1], model: String = "m") -> PrefixHashes {
        PrefixHashes(salt: salt, model: model, tools: nil, prompt: entries, spoken: entries)
    }

    private let first = [
        PromptEntry(.system, String(repeating: "Be brief. ", count: 100)), PromptEntry(.user, "Hello"),
    ]

    /// Goal: the second turn of a client that resends everything finds what the first turn recorded.
    @Test func theNextTurnLooksForWhatThisOneRecords() {
        let turn = hashes(first)
        let next = hashes(first + [PromptEntry(.assistant, "Hi!"), PromptEntry(.user, "And now?")])
        #expect(turn.afterLastAnswer == nil)
        #expect(next.afterLastAnswer == turn.after(answer: "Hi!"))
        #expect(next.beforeLastAnswer == turn.whole)
    }

    @Test func aLongerPromptBeginsWithTheSameBlocks() {
        let short = hashes(first).blocks
        let long = hashes(first + [PromptEntry(.assistant, String(repeating: "x", count: 700))]).blocks
        #expect(short.count == 3)
        #expect(Array(long.prefix(short.count)) == short && long.count > short.count)
    }

    @Test func otherTenantsAndModelsHaveOtherHashes() {
        let mine = hashes(first)
        #expect(Set(mine.blocks).isDisjoint(with: hashes(first, salt: [2]).blocks))
        #expect(Set(mine.blocks).isDisjoint(with: hashes(first, model: "n").blocks))
        #expect(mine.whole != hashes(first, salt: [2]).whole)
    }

    @Test func bordersOfMessagesMatter() {
        let one = hashes([PromptEntry(.user, "ab"), PromptEntry(.user, "c")])
        let other = hashes([PromptEntry(.user, "a"), PromptEntry(.user, "bc")])
        #expect(one.whole != other.whole)
    }

    @Test func firstTurnsWithOneSystemPromptShareTheirPreamble() {
        let other = [first[0], PromptEntry(.user, "Something else")]
        #expect(hashes(first).preamble == hashes(other).preamble)
        #expect(hashes(first).preamble != hashes([PromptEntry(.user, "Hello")]).preamble)
    }

    @Test func passagesChangeTheBlocksAndNotTheAffinity() {
        var shown = first
        shown[1].content = "Source: the sea.\n\nHello"
        let plain = hashes(first)
        let with = PrefixHashes(salt: [1], model: "m", tools: nil, prompt: shown, spoken: first)
        #expect(plain.whole == with.whole)
    }
}
