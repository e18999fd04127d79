// SPDX-License-Identifier: Apache-2.0

import Primitives

/// The answer of `/v1/embeddings`.
package struct ServerEmbeddings: Hashable, Sendable {
    /// It is not what was asked for.
    package struct Malformed: Error, Hashable, Sendable {
        package init() {}
    }

    /// In the order of the texts, each of length one.
    package var vectors: [[Float]]
    package var tokens: Int

    package static let maxDimensions = 16_384

    package static func read(
        _ bytes: UnsafeRawBufferPointer, expecting count: Int
    ) throws(Malformed) -> ServerEmbeddings {
        // A hundred texts of a thousand dimensions are as many values as the reader takes for one document.
        guard case .object(let top)? = try? JSONReader.read(bytes), case .array(let rows)? = top["data"],
            rows.count == count
        else { throw Malformed() }
        var vectors = [[Float]](repeating: [], count: count)
        for (place, row) in rows.enumerated() {
            guard case .object(let object) = row, case .array(let values)? = object["embedding"],
                (1...maxDimensions).contains(values.count)
            else { throw Malformed() }
            var index = place
            if case .integer(let number)? = object["index"] { index = Int(clamping: number) }
            guard vectors.indices.contains(index), vectors[index].isEmpty else { throw Malformed() }
            vectors[index] = try vector(values)
        }
        guard Set(vectors.map(\.count)).count == 1 else { throw Malformed() }
        var tokens = 0
        if case .object(let usage)? = top["usage"], case .integer(let number)? = usage["prompt_tokens"] {
            tokens = Int(clamping: max(0, number))
        }
        return ServerEmbeddings(vectors: vectors, tokens: tokens)
    }

    private static func vector(_ values: [JSONValue]) throws(Malformed) -> [Float] {
        var vector: [Float] = []
        vector.reserveCapacity(values.count)
        for value in values {
            switch value {
            case .integer(let number): vector.append(Float(number))
            case .decimal(let number): vector.append(Float(number))
            default: throw Malformed()
            }
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0, length.isFinite else { throw Malformed() }
        return vector.map { $0 / length }
    }
}
