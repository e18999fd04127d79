// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
package import Primitives

/// Embeddings by hashed words: near where words are shared, and nothing to load.
package struct SimulatedEmbeddingEngine: EmbeddingEngine {
    package let profile: EmbeddingProfile
    private let words: HashedWords
    private let language = SimulatedLanguage()

    package init(model: String, dimensions: Int = 384, maxTextTokens: Int = 256) {
        profile = EmbeddingProfile(
            model: model, createdAt: SimulatedLanguage.createdAt, tokenizer: SimulatedLanguage.name,
            dimensions: dimensions, maxTextTokens: maxTextTokens)
        words = HashedWords(dimensions: dimensions)
    }

    /// Nothing runs of its own; waits for the end.
    package func run() async throws {
        let (endless, end) = AsyncStream.makeStream(of: Never.self)
        for await _ in endless {}
        end.finish()
    }

    package func embed(_ texts: [String], deadline: Deadline) async throws -> EmbeddingResult {
        guard texts.count <= EmbeddingLimits.maxTexts else {
            throw EmbeddingRefusal.tooManyTexts(limit: EmbeddingLimits.maxTexts)
        }
        var result = EmbeddingResult(vectors: [], tokens: 0)
        for (index, text) in texts.enumerated() {
            let (vector, tokens) = words.embed(text)
            guard tokens <= profile.maxTextTokens else {
                throw EmbeddingRefusal.textTooLong(index: index, tokens: tokens, limit: profile.maxTextTokens)
            }
            result.vectors.append(vector)
            result.tokens += tokens
        }
        return result
    }

    package func tokenize(_ text: String) async throws -> [UInt32] { language.tokenize(text) }
}
