// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Compares the query with every vector. Right by construction, and quick enough until about 20,000 passages of 384
/// dimensions (30 MB, some 4 ms); a graph index comes beyond that.
package struct ExactVectorIndex: VectorIndex {
    package let dimensions: Int
    private var passages: [PassageID] = []
    private var files: [FileID] = []
    /// All vectors, one after another.
    private var values: [Float] = []
    private var rows: [PassageID: Int] = [:]

    package init(dimensions: Int) {
        precondition(dimensions > 0, "a vector has at least one dimension")
        self.dimensions = dimensions
    }

    package var count: Int { passages.count }

    package mutating func upsert(_ entries: [VectorEntry]) {
        for entry in entries where entry.vector.count == dimensions {
            if let row = rows[entry.passage] {
                values.replaceSubrange(row * dimensions..<(row + 1) * dimensions, with: entry.vector)
                files[row] = entry.file
            } else {
                rows[entry.passage] = passages.count
                passages.append(entry.passage)
                files.append(entry.file)
                values.append(contentsOf: entry.vector)
            }
        }
    }

    package mutating func remove(files gone: Set<FileID>) {
        guard !gone.isEmpty, files.contains(where: gone.contains) else { return }
        var kept = ExactVectorIndex(dimensions: dimensions)
        for row in passages.indices where !gone.contains(files[row]) {
            kept.rows[passages[row]] = kept.passages.count
            kept.passages.append(passages[row])
            kept.files.append(files[row])
            kept.values.append(contentsOf: values[row * dimensions..<(row + 1) * dimensions])
        }
        self = kept
    }

    package func search(_ query: [Float], limit: Int, files wanted: Set<FileID>) -> [VectorHit] {
        guard query.count == dimensions, limit > 0 else { return [] }
        var best: [(score: Float, row: Int)] = []
        best.reserveCapacity(limit + 1)
        values.withUnsafeBufferPointer { all in
            query.withUnsafeBufferPointer { query in
                for row in passages.indices where wanted.isEmpty || wanted.contains(files[row]) {
                    let score = Self.dot(all, from: row * dimensions, query)
                    if best.count == limit, let worst = best.last, score <= worst.score { continue }
                    let place = best.firstIndex { $0.score < score } ?? best.count
                    best.insert((score, row), at: place)
                    if best.count > limit { best.removeLast() }
                }
            }
        }
        return best.map { VectorHit(passage: passages[$0.row], score: $0.score) }
    }

    /// Eight lanes, because a plain loop over floats may not be reordered and so is not vectorised.
    private static func dot(
        _ values: UnsafeBufferPointer<Float>, from start: Int, _ query: UnsafeBufferPointer<Float>
    ) -> Float {
        var sums = SIMD8<Float>()
        var index = 0
        while index + 8 <= query.count {
            var a = SIMD8<Float>()
            var b = SIMD8<Float>()
            for lane in 0..<8 {
                a[lane] = values[start + index + lane]
                b[lane] = query[index + lane]
            }
            sums.addProduct(a, b)
            index += 8
        }
        var sum = sums.sum()
        while index < query.count {
            sum += values[start + index] * query[index]
            index += 1
        }
        return sum
    }
}
