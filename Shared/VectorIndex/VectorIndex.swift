// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Finds the passages whose vectors lie nearest to a query's, within one organisation.
///
/// An index is a copy: Postgres is the truth, and an index that was lost is read again from there. One instance belongs
/// to one organisation, so that no filter can be forgotten.
package protocol VectorIndex: Sendable {
    /// Length of every vector in it.
    var dimensions: Int { get }
    var count: Int { get }

    /// Adds vectors, or replaces those whose passage is there already. All vectors have length one.
    mutating func upsert(_ entries: [VectorEntry])

    /// Takes out every passage of these files.
    mutating func remove(files: Set<FileID>)

    /// The nearest passages by cosine, best first.
    /// - Parameter files: only passages of these files; empty means all.
    func search(_ query: [Float], limit: Int, files: Set<FileID>) -> [VectorHit]
}

/// One passage's vector.
package struct VectorEntry: Sendable {
    package var passage: PassageID
    package var file: FileID
    package var vector: [Float]

    package init(passage: PassageID, file: FileID, vector: [Float]) {
        self.passage = passage
        self.file = file
        self.vector = vector
    }
}

package struct VectorHit: Hashable, Sendable {
    package var passage: PassageID
    /// Cosine, between -1 and 1.
    package var score: Float

    package init(passage: PassageID, score: Float) {
        self.passage = passage
        self.score = score
    }
}
