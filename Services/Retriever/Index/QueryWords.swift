// SPDX-License-Identifier: Apache-2.0

/// Turns a question into Postgres' `tsquery` text: any of its words may match, the ranking sorts out which matter.
///
/// Only letters and digits are taken over, so nothing of the query's own syntax can come from outside.
package enum QueryWords {
    private static let mostWords = 32

    /// "" when the question holds no word.
    package static func anyOf(_ query: String) -> String {
        var words: [String] = []
        var current = ""
        func end() {
            if current.count > 1, !words.contains(current) { words.append(current) }
            current = ""
        }
        for character in query.lowercased() {
            if character.isLetter || character.isNumber { current.append(character) } else { end() }
            if words.count == mostWords { break }
        }
        end()
        return words.map { "'\($0)'" }.joined(separator: " | ")
    }
}
