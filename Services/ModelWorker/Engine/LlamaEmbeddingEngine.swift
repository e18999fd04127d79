// SPDX-License-Identifier: Apache-2.0

package import Llama
import ModelWorkerDomain
package import Primitives
import Synchronization

/// Embeddings by an encoder model, with a context and a thread of its own, so that a burst of them does not stand in
/// the way of generation.
package final class LlamaEmbeddingEngine: EmbeddingEngine {
    /// Tokens in one computation. Attention in an encoder is quadratic in the whole batch, so more is not faster.
    package static let batchTokens = 512
    private static let maxSequences = 32

    package let profile: EmbeddingProfile
    private let model: LlamaModel
    /// Used on `thread` only; the lock is what proves it to the compiler, and is never contended.
    private let context: Mutex<LlamaContext>
    private let thread = ThreadExecutor()
    private let calls = Atomic<Int>(0)
    private let time: any TimeSource

    /// - Parameters:
    ///   - maxTextTokens: what the model was trained on; all-MiniLM-L6-v2 says 256.
    ///   - ranks: whether a cross-encoder is wanted. Either kind in the other's place is refused.
    package init(
        model: LlamaModel, name: String, maxTextTokens: Int = 256, threads: Int = 1, ranks: Bool = false,
        time: any TimeSource
    ) throws(LlamaFailure) {
        let context = try LlamaContext(
            model,
            LlamaContext.Settings(
                contextTokens: Self.batchTokens, batchTokens: Self.batchTokens, sequences: Self.maxSequences,
                threads: threads, embeds: true))
        // Found out now and not at the first call: a model that does not pool is no embedding model.
        try context.add(0, at: 0, of: 0, wantsOutput: true)
        try context.encode()
        _ = try context.embedding(of: 0)
        guard context.isRanking == ranks else {
            throw .unsupported(ranks ? "\(name) is no cross-encoder" : "\(name) is a cross-encoder and embeds nothing")
        }
        self.context = Mutex(context)
        self.model = model
        self.time = time
        profile = EmbeddingProfile(
            model: name, createdAt: Timestamp(microseconds: model.writtenAtUs),
            tokenizer: "\(model.metadata("tokenizer.ggml.model") ?? "unknown")-\(model.vocabularySize)",
            dimensions: model.embeddingDimensions,
            maxTextTokens: min(maxTextTokens, Self.batchTokens, model.trainedContext), isRanking: ranks)
    }

    package func run() async throws { try await thread.run() }

    package func embed(_ texts: [String], deadline: Deadline) async throws -> EmbeddingResult {
        guard !profile.isRanking else { throw EmbeddingRefusal.onlyRanks }
        guard texts.count <= EmbeddingLimits.maxTexts else {
            throw EmbeddingRefusal.tooManyTexts(limit: EmbeddingLimits.maxTexts)
        }
        return try await onThread {
            try await compute(texts.map { try model.tokenize($0, addsEnds: true) }, deadline)
        }
    }

    /// By the classifier's first score, for a cross-encoder; else by embeddings.
    package func rank(_ query: String, _ texts: [String], deadline: Deadline) async throws -> RankingResult {
        guard profile.isRanking else {
            return RankingResult(comparing: try await embed([query] + texts, deadline: deadline))
        }
        guard texts.count < EmbeddingLimits.maxTexts else {
            throw EmbeddingRefusal.tooManyTexts(limit: EmbeddingLimits.maxTexts - 1)
        }
        let result = try await onThread {
            let question = try model.tokenize(query)
            return try await compute(texts.map { model.pair(question, try model.tokenize($0)) }, deadline)
        }
        return RankingResult(scores: result.vectors.map { $0[0] }, tokens: result.tokens)
    }

    private func onThread(_ body: () async throws -> EmbeddingResult) async throws -> EmbeddingResult {
        let count = calls.add(1, ordering: .relaxed).newValue
        defer { calls.subtract(1, ordering: .relaxed) }
        guard count <= EmbeddingLimits.maxCalls else { throw EmbeddingRefusal.queueFull }
        return try await withTaskExecutorPreference(thread) { try await body() }
    }

    package func tokenize(_ text: String) async throws -> [UInt32] {
        try await withTaskExecutorPreference(thread) { try model.tokenize(text, addsEnds: true).map { UInt32($0) } }
    }

    private func compute(_ tokens: [[LlamaToken]], _ deadline: Deadline) async throws -> EmbeddingResult {
        for (index, list) in tokens.enumerated() where list.count > profile.maxTextTokens {
            throw EmbeddingRefusal.textTooLong(index: index, tokens: list.count, limit: profile.maxTextTokens)
        }
        var result = EmbeddingResult(vectors: [], tokens: tokens.reduce(0) { $0 + $1.count })
        while result.vectors.count < tokens.count {
            // Between two batches others get their turn, and a caller that has gone costs no more than one.
            await Task.yield()
            try Task.checkCancellation()
            guard !deadline.hasPassed(at: time.now()) else { throw EmbeddingRefusal.expired }
            result.vectors += try nextBatch(tokens[result.vectors.count...])
        }
        return result
    }

    /// The vectors of as many texts as fit one batch.
    private func nextBatch(_ texts: ArraySlice<[LlamaToken]>) throws -> [[Float]] {
        try context.withLock { context in
            context.clearBatch()
            var count = 0
            for text in texts.prefix(Self.maxSequences) {
                guard context.batchCount + text.count <= Self.batchTokens else { break }
                for (position, token) in text.enumerated() {
                    try context.add(token, at: position, of: count, wantsOutput: true)
                }
                count += 1
            }
            try context.encode()
            return try (0..<count).map { index in
                let vector = try context.embedding(of: index)
                return profile.isRanking ? vector : HashedWords.normalised(vector)
            }
        }
    }
}
