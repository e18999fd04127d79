// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The simulated model's vocabulary, tokenizer and answers: deterministic, and good enough to be read.
///
/// A token is a run of letters with the blank before it, so a text generated here tokenises to the tokens it was
/// generated from, and prefixes behave as with a real model. Words it generates are numbered from 0; any other run is
/// numbered by its hash, above 2^31, and cannot be turned back into text (nobody asks for that).
package struct SimulatedLanguage: Sendable {
    package static let name = "simulated-1"
    /// The same in every process, as a real model's date is: 1 November 2026.
    package static let createdAt = Timestamp(microseconds: 1_793_491_200_000_000)
    /// The token that ends an answer; never emitted.
    package static let endToken: TokenID = 1_000

    private let words: [[UInt8]]
    private let numbers: [String: TokenID]

    package init() {
        let onsets = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r"]
        let vowels = ["a", "e", "i", "o", "u"]
        // Fifty syllables alone, then each followed by one of nineteen: 1,000 words, no two alike.
        let syllables = onsets.flatMap { onset in vowels.map { onset + $0 } }
        let endings = [""] + syllables.prefix(19)
        var texts: [String] = []
        for ending in endings {
            for syllable in syllables { texts.append(" " + syllable + ending) }
        }
        words = texts.map { Array($0.utf8) }
        numbers = Dictionary(uniqueKeysWithValues: texts.enumerated().map { ($0.element, TokenID($0.offset)) })
    }

    /// The bytes of a generated token; empty for any other.
    package func bytes(of token: TokenID) -> [UInt8] { Int(token) < words.count ? words[Int(token)] : [] }

    package func tokenize(_ text: String) -> [TokenID] {
        var tokens: [TokenID] = []
        var run: [UInt8] = []
        for unit in text.utf8 {
            let isBlank = unit == 0x20 || unit == 0x0A || unit == 0x09 || unit == 0x0D
            if isBlank, !run.isEmpty {
                tokens.append(number(of: run))
                run = []
            }
            run.append(unit)
        }
        if !run.isEmpty { tokens.append(number(of: run)) }
        return tokens
    }

    /// The token at `position` of the answer to a prompt with this digest.
    package func token(seed: UInt64, prompt: UInt64, position: Int) -> TokenID {
        let bits = CounterRandom(seed: seed ^ CounterRandom.mix(prompt)).bits(at: UInt64(max(0, position)))
        return TokenID(bits % UInt64(words.count))
    }

    /// What stands for a prompt where only its identity matters.
    package static func digest(_ tokens: [TokenID]) -> UInt64 {
        tokens.reduce(0xCBF2_9CE4_8422_2325) { CounterRandom.mix($0 ^ UInt64($1)) }
    }

    /// The same under an adapter, which makes another answer of it.
    package static func digest(_ tokens: [TokenID], adapter: String) -> UInt64 {
        adapter.utf8.reduce(digest(tokens)) { CounterRandom.mix($0 ^ UInt64($1)) }
    }

    private func number(of run: [UInt8]) -> TokenID {
        if let known = numbers[String(decoding: run, as: UTF8.self)] { return known }
        let hash = run.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return hash | 0x8000_0000
    }
}
