// SPDX-License-Identifier: Apache-2.0

/// Embeddings without a model: each word adds a pseudo-random direction of its own, so texts that share words are
/// near each other. Enough to test retrieval end to end; it knows nothing of meaning.
package struct HashedWords: Sendable {
    package let dimensions: Int
    package init(dimensions: Int) { self.dimensions = dimensions }

    /// A vector of length one, and the number of words counted as tokens.
    package func embed(_ text: String) -> (vector: [Float], tokens: Int) {
        var sum = [Float](repeating: 0, count: dimensions)
        var count = 0
        for word in words(of: text) {
            count += 1
            let dice = CounterRandom(seed: word)
            for index in 0..<dimensions { sum[index] += Float(dice.unit(at: UInt64(index)) - 0.5) }
        }
        // A text without words still needs a direction.
        if count == 0 { sum[0] = 1 }
        return (Self.normalised(sum), count)
    }

    /// The vector scaled to length one; unchanged when it is zero.
    package static func normalised(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? vector.map { $0 / length } : vector
    }

    /// Hashes of the words in lower case. A plural's or a third person's final s is cut, so that "cat" meets "cats".
    private func words(of text: String) -> [UInt64] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map { word in
            let stem = word.count > 3 && word.hasSuffix("s") ? word.dropLast() : word
            return stem.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }
}
