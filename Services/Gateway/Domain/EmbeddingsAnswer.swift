// SPDX-License-Identifier: Apache-2.0

import Primitives

/// The answer to a `POST /v1/embeddings`.
package struct EmbeddingsAnswer: Sendable {
    package var model: String
    package var vectors: [[Float]]
    package var promptTokens: UInt32
    package var encoding: EmbeddingsRequest.Encoding

    package init(model: String, vectors: [[Float]], promptTokens: UInt32, encoding: EmbeddingsRequest.Encoding) {
        self.model = model
        self.vectors = vectors
        self.promptTokens = promptTokens
        self.encoding = encoding
    }

    /// Keeps the first numbers of each vector and makes it one long again, as OpenAI does: a model trained for it
    /// (Matryoshka) says most in its first numbers, any other loses as much as is cut off.
    package mutating func shorten(to dimensions: Int) throws(RequestRefusal) {
        for index in vectors.indices {
            let count = vectors[index].count
            guard dimensions <= count else {
                throw RequestRefusal(
                    "Invalid 'dimensions': integer above maximum value. Expected a value <= \(count), but got "
                        + "\(dimensions) instead.", parameter: "dimensions", code: "integer_above_max_value")
            }
            guard dimensions < count else { continue }
            let kept = vectors[index][..<dimensions]
            let length = kept.reduce(0 as Float) { $0 + $1 * $1 }.squareRoot()
            // All that was kept may be zero: there is no direction then.
            vectors[index] = length > 0 ? kept.map { $0 / length } : Array(kept)
        }
    }

    package func json() -> [UInt8] {
        // A number has up to 14 characters as text, and 16/3 as base64.
        let numbers = vectors.reduce(0) { $0 + $1.count }
        var writer = JSONWriter(capacity: numbers * (encoding == .float ? 14 : 6) + 512)
        writer.object { writer in
            writer.member("object", "list")
            writer.member(
                "data",
                array: { writer in
                    for (index, vector) in vectors.enumerated() {
                        writer.item()
                        writer.object { writer in
                            writer.member("object", "embedding")
                            writer.member("index", index)
                            writer.name("embedding")
                            write(vector, &writer)
                        }
                    }
                })
            writer.member("model", model)
            writer.usage(ofPrompt: promptTokens)
        }
        return writer.bytes
    }

    private func write(_ vector: [Float], _ writer: inout JSONWriter) {
        switch encoding {
        case .float:
            writer.array { writer in
                for value in vector {
                    writer.item()
                    writer.decimal(value.isFinite ? value : 0)
                }
            }
        case .base64:
            var octets: [UInt8] = []
            octets.reserveCapacity(vector.count * 4)
            for value in vector {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { octets.append(contentsOf: $0) }
            }
            writer.quoted { $0.raw(Base64.encode(octets)) }
        }
    }
}

extension JSONWriter {
    /// The usage of what reads and writes nothing: embeddings, rankings.
    mutating func usage(ofPrompt tokens: UInt32) {
        member(
            "usage",
            object: { writer in
                writer.member("prompt_tokens", tokens)
                writer.member("total_tokens", tokens)
            })
    }
}
