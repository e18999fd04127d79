// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What a `POST /v1/embeddings` asks for.
package struct EmbeddingsRequest: Sendable {
    /// As OpenAI's.
    package static let maximumInputs = 2_048
    /// No model has more.
    package static let maximumDimensions: Int64 = 65_536

    /// How the numbers are written: as JSON, or as base64 of little-endian 32-bit floats, a third of the size.
    package enum Encoding: String, CaseIterable, Sendable {
        case float, base64
    }

    package var model: String
    package var inputs: [String]
    package var encoding: Encoding
    /// How many of each vector's first numbers are wanted; nil for all. Whether the model has so many is known when it
    /// has answered.
    package var dimensions: Int?

    package init(body: UnsafeRawBufferPointer) throws(RequestRefusal) {
        let fields = try RequestFields(body: body)
        model = try fields.requiredString("model")
        inputs = try Self.inputs(fields)
        let format = try fields.string("encoding_format") ?? Encoding.float.rawValue
        guard let encoding = Encoding(rawValue: format) else {
            throw .value(fields.path["encoding_format"], format, supported: Encoding.allCases.map(\.rawValue))
        }
        self.encoding = encoding
        dimensions = try fields.integer("dimensions", in: 1...Self.maximumDimensions).map(Int.init)
    }

    private static func inputs(_ fields: RequestFields) throws(RequestRefusal) -> [String] {
        switch fields.value("input") {
        case nil: throw .missing(fields.path["input"])
        case .string(let text): return [try checked(text, fields.path["input"])]
        case .array(let items):
            guard !items.isEmpty else { throw fields.emptyArray("input") }
            guard items.count <= maximumInputs else {
                throw fields.tooLong("input", maximum: maximumInputs, got: items.count)
            }
            var texts: [String] = []
            for (index, item) in items.enumerated() {
                let path = fields.path["input"][index]
                switch item {
                case .string(let text): texts.append(try checked(text, path))
                case .integer, .array:
                    throw .unsupported(path, "as token ids is not supported: send the text.")
                default: throw .type(path, expected: "a string", got: item)
                }
            }
            return texts
        case .some(let other):
            throw .type(fields.path["input"], expected: "one of a string or an array of strings", got: other)
        }
    }

    private static func checked(_ text: String, _ path: RequestPath) throws(RequestRefusal) -> String {
        guard !text.isEmpty else {
            throw RequestRefusal(
                "Invalid '\(path)': input cannot be an empty string.", parameter: path.description,
                code: "empty_string")
        }
        return text
    }
}
