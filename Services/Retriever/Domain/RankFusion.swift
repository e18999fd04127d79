// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Reciprocal rank fusion of several result lists: the sum of 1 / (k + rank) over the lists a passage stands in
/// (Cormack, Clarke and Büttcher, SIGIR 2009; spec 05.28).
package enum RankFusion {
    /// The constant of the paper: large enough that first places do not drown everything else.
    package static let k = 60.0

    /// Best first. The score is scaled so that first place in every list gives 1.
    package static func fuse(_ lists: [[PassageID]], limit: Int) -> [(passage: PassageID, score: Double)] {
        let filled = lists.filter { !$0.isEmpty }
        guard !filled.isEmpty else { return [] }
        var scores: [PassageID: Double] = [:]
        for list in filled {
            for (rank, passage) in list.enumerated() { scores[passage, default: 0] += 1 / (k + Double(rank) + 1) }
        }
        let best = Double(filled.count) / (k + 1)
        return scores.map { ($0.key, $0.value / best) }
            // Ids break ties, so that the same question gets the same passages in the same order.
            .sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
            .prefix(limit).map { ($0.0, $0.1) }
    }
}
