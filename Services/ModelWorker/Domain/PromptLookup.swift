// SPDX-License-Identifier: Apache-2.0

/// Where an answer has said the same before, or its prompt has, and how it went on there.
///
/// An answer that quotes goes on as its source does, so the source foretells the next tokens. One place is followed for
/// as long as it is right; when it is not, the text is searched for another (prompt lookup: Saxena 2023). The search is
/// a plain scan from the end: microseconds, against the milliseconds of a step, and nothing to build or to keep.
package struct PromptLookup: Hashable, Sendable {
    /// Tokens looked over in one search.
    package static let mostScanned = 16_384
    /// A search is over when it finds so many equal tokens.
    package static let mostCompared = 16

    /// What became of a token that was foretold.
    package struct Outcome: Hashable, Sendable {
        /// How many tokens before it were equal to its source's.
        package var matched: Int
        package var isRight: Bool

        package init(matched: Int, isRight: Bool) {
            self.matched = matched
            self.isRight = isRight
        }
    }

    /// Where the next token stands if the text goes on as it did there; -1 when there is no such place.
    private var source = -1
    /// How many tokens before are equal to those before the source.
    package private(set) var matched = 0

    package init() {}

    package var isFound: Bool { source >= 0 }

    /// Takes in the last token of the text: all before it are as at the last call.
    /// - Parameter least: tokens that must be equal for a place to be followed.
    /// - Returns: what became of the token foretold for this place; nil when none was.
    package mutating func follow(_ text: [TokenID], least: Int) -> Outcome? {
        guard let token = text.last else { return nil }
        let told = isFound ? Outcome(matched: matched, isRight: text[source] == token) : nil
        if told?.isRight ?? false {
            source += 1
            matched += 1
        } else {
            search(text, least: max(1, least))
        }
        return told
    }

    /// The next tokens as the source has them. Where the source runs into the text's end it goes on with what is
    /// proposed: that is how a repetition continues.
    package func proposal(_ text: [TokenID], count: Int) -> [TokenID] {
        guard isFound, count > 0 else { return [] }
        var tokens: [TokenID] = []
        tokens.reserveCapacity(count)
        for at in source..<(source + count) { tokens.append(at < text.count ? text[at] : tokens[at - text.count]) }
        return tokens
    }

    /// Finds the longest run equal to the text's end, the latest of equals.
    private mutating func search(_ text: [TokenID], least: Int) {
        (source, matched) = (-1, 0)
        text.withUnsafeBufferPointer { text in
            let end = text.count - 1
            var at = end - 1
            let first = max(least - 1, end - Self.mostScanned)
            while at >= first, matched < Self.mostCompared {
                if text[at] == text[end] {
                    let most = min(Self.mostCompared, at + 1)
                    var count = 1
                    while count < most, text[at - count] == text[end - count] { count += 1 }
                    if count >= least, count > matched { (source, matched) = (at + 1, count) }
                }
                at -= 1
            }
        }
    }
}
