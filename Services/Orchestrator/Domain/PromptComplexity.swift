// SPDX-License-Identifier: Apache-2.0

/// How hard a question looks, from 0 to 100, without asking a model (spec 03.19).
///
/// A sum of five signs that can be counted in one pass over the text: a person can say why a prompt got its number, and
/// a route's bounds can be set by looking at real ones. It is a sieve for the plainly simple, no judge of the hard: the
/// route's `minComplexity` says how much doubt the cheap model gets.
package struct PromptComplexity: Hashable, Sendable {
    package enum Sign: String, Hashable, Sendable, CaseIterable {
        /// Much to read.
        case length
        /// A conversation that has gone on.
        case turns
        /// Code, tables or formulas: brackets, operators and digits among the letters.
        case symbols
        /// Words that ask for reasoning or for several things.
        case reasoning
        /// Tools, or a long answer asked for.
        case demand
    }

    package private(set) var parts: [Sign: Int] = [:]
    package var score: Int { min(100, parts.values.reduce(0, +)) }

    /// Text beyond this is long, whatever else it says: it is not read.
    static let mostBytes = 32 * 1024
    private static let reasoning: [[UInt8]] = [
        "why", "prove", "derive", "compare", "explain", "analyse", "analyze", "design", "debug", "refactor", "optimi",
        "step by step", "trade-off", "algorithm", "theorem", "complexity", "implement", "strategy",
    ].map { Array($0.utf8) }

    /// - Parameters:
    ///   - last: the last thing the user said.
    ///   - promptBytes: text of all messages.
    ///   - answerTokens: the longest answer the client asked for; nil when it did not say.
    package init(last: String, promptBytes: Int, messages: Int, answerTokens: UInt32?, hasTools: Bool) {
        // 4 KiB of prompt are about a page and a half.
        parts[.length] = min(30, promptBytes * 30 / 8_192)
        parts[.turns] = min(10, max(0, messages - 2))
        let text = Array(last.utf8.prefix(Self.mostBytes))
        let symbols = text.count { Self.isSymbol($0) }
        parts[.symbols] = text.isEmpty ? 0 : min(25, symbols * 100 / text.count)
        let lower = text.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        parts[.reasoning] = min(30, Self.reasoning.count { Self.contains(lower, $0) } * 10)
        parts[.demand] = (hasTools ? 15 : 0) + ((answerTokens ?? 0) > 1_024 ? 10 : 0)
        parts = parts.filter { $0.value > 0 }
    }

    private static func isSymbol(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x28...0x2B, 0x2F...0x3E, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard text.count >= word.count else { return false }
        for start in 0...(text.count - word.count) where text[start] == word[0] {
            if text[start..<(start + word.count)].elementsEqual(word) { return true }
        }
        return false
    }
}
