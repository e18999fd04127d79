// SPDX-License-Identifier: Apache-2.0

/// Finds the name a person probably meant.
package enum NearestName {
    /// The nearest of `candidates` by edit distance, when it is near enough to be a slip of the hand: at most a third
    /// of the name's length apart.
    package static func hint(for name: String, among candidates: some Sequence<String>) -> String? {
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(Array(name.utf8), Array(candidate.utf8))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance * 3 <= max(name.utf8.count, 3) else { return nil }
        return best.name
    }

    /// Levenshtein's distance, one row at a time.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, unit) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (unit == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}
