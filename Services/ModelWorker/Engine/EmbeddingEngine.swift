// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What does not change about an embedding engine.
package struct EmbeddingProfile: Hashable, Sendable {
    package var model: String
    /// When the model's file was written.
    package var createdAt: Timestamp
    package var tokenizer: String
    package var dimensions: Int
    /// Tokens of one text; a longer one is refused, never cut off in silence.
    package var maxTextTokens: Int
    /// A cross-encoder, which reads query and text together: it ranks and does not embed.
    package var isRanking = false
}

package struct RankingResult: Sendable {
    /// One for each text, higher is better.
    package var scores: [Float]
    package var tokens: Int
}

extension RankingResult {
    /// How near all others are to the first.
    init(comparing result: EmbeddingResult) {
        let wanted = result.vectors.first ?? []
        let scores = result.vectors.dropFirst().map { zip(wanted, $0).reduce(0 as Float) { $0 + $1.0 * $1.1 } }
        self.init(scores: scores, tokens: result.tokens)
    }
}

/// Why texts were not embedded.
package enum EmbeddingRefusal: Error, Hashable, Sendable {
    case textTooLong(index: Int, tokens: Int, limit: Int)
    case tooManyTexts(limit: Int)
    /// The model is a cross-encoder.
    case onlyRanks
    /// Too many calls wait already.
    case queueFull
    case expired
    /// The server behind this worker said no, or nothing.
    case upstream(UpstreamRefusal)
}

package struct EmbeddingResult: Sendable {
    /// One vector of length one for each text.
    package var vectors: [[Float]]
    package var tokens: Int
}

/// Something that turns texts into vectors.
package protocol EmbeddingEngine: Sendable {
    var profile: EmbeddingProfile { get }
    /// Works until the task is cancelled.
    func run() async throws
    func embed(_ texts: [String], deadline: Deadline) async throws -> EmbeddingResult
    /// How well texts answer a query.
    func rank(_ query: String, _ texts: [String], deadline: Deadline) async throws -> RankingResult
    /// The tokens of one text, as the model sees it.
    func tokenize(_ text: String) async throws -> [UInt32]
}

extension EmbeddingEngine {
    /// By the cosine of their embeddings. Query and texts go through the model together, so one text fewer than `embed`
    /// takes fits. Vectors have length one: their product is the cosine.
    package func rank(_ query: String, _ texts: [String], deadline: Deadline) async throws -> RankingResult {
        RankingResult(comparing: try await embed([query] + texts, deadline: deadline))
    }
}

/// Bounds of both engines.
package enum EmbeddingLimits {
    /// As the contract says.
    package static let maxTexts = 128
    /// Calls that wait or run. At a thousand tokens a second more would only wait past their deadlines.
    package static let maxCalls = 64
}
