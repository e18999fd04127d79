// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What a `POST /v1/rerank` asks for, as Jina's, vLLM's and llama.cpp's servers take it; OpenAI has no such call.
package struct RerankRequest: Sendable {
    /// Each is a row of work for the model; the others' servers stop about here.
    package static let maximumDocuments = 1_000

    package var model: String
    package var query: String
    package var documents: [String]
    /// How many results are wanted, the best; nil for all.
    package var topN: Int?
    /// Whether results repeat their texts.
    package var returnsDocuments: Bool

    package init(body: UnsafeRawBufferPointer) throws(RequestRefusal) {
        let fields = try RequestFields(body: body)
        model = try fields.requiredString("model")
        query = try fields.requiredString("query")
        documents = try Self.documents(fields)
        topN = try fields.integer("top_n", in: 1...Int64(Int32.max)).map(Int.init)
        returnsDocuments = try fields.flag("return_documents") ?? false
    }

    private static func documents(_ fields: RequestFields) throws(RequestRefusal) -> [String] {
        guard let items = try fields.array("documents") else { throw .missing(fields.path["documents"]) }
        guard !items.isEmpty else { throw fields.emptyArray("documents") }
        guard items.count <= maximumDocuments else {
            throw fields.tooLong("documents", maximum: maximumDocuments, got: items.count)
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            let path = fields.path["documents"][index]
            switch item {
            case .string(let text): texts.append(text)
            case .object(let object): texts.append(try RequestFields(object, path: path).requiredString("text"))
            default: throw .type(path, expected: "one of a string or an object with a text", got: item)
            }
        }
        return texts
    }
}

/// The answer to a `POST /v1/rerank`: the best first, equals in the order they came.
package struct RerankAnswer: Sendable {
    package var model: String
    package var results: [(index: Int, score: Float)]
    /// What results repeat; nil for nothing.
    package var documents: [String]?
    package var promptTokens: UInt32

    /// - Parameter scores: one for each of the request's documents, all finite.
    package init(_ request: RerankRequest, scores: [Float], promptTokens: UInt32) {
        model = request.model
        let best = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        results = best.prefix(request.topN ?? scores.count).map { ($0, scores[$0]) }
        documents = request.returnsDocuments ? request.documents : nil
        self.promptTokens = promptTokens
    }

    package func json() -> [UInt8] {
        var writer = JSONWriter(capacity: 64 * results.count + 256)
        writer.object { writer in
            writer.member("object", "list")
            writer.member("model", model)
            writer.member(
                "results",
                array: { writer in
                    for result in results {
                        writer.item()
                        writer.object { writer in
                            writer.member("index", result.index)
                            writer.name("relevance_score")
                            writer.decimal(result.score)
                            if let text = documents?[result.index] {
                                writer.member("document", object: { $0.member("text", text) })
                            }
                        }
                    }
                })
            writer.usage(ofPrompt: promptTokens)
        }
        return writer.bytes
    }
}
