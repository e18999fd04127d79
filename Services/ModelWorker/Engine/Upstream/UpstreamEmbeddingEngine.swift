// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import ModelWorkerDomain
import NIOCore
import NIOHTTP1
package import Primitives
import Synchronization
import Telemetry

/// Embeddings by the server behind this worker, or by another one of its kind.
package final class UpstreamEmbeddingEngine: EmbeddingEngine {
    private let server: UpstreamServer
    private let model: String
    private let name: String
    private let maxTextTokens: Int
    private let calls = Atomic<Int>(0)
    /// What the first answer showed.
    private let dimensions = Atomic<Int>(0)

    /// - Parameters:
    ///   - model: the name at the server.
    ///   - name: the name callers ask by.
    package init(_ settings: UpstreamSettings, model: String, name: String, maxTextTokens: Int) throws {
        server = try UpstreamServer(settings, connections: EmbeddingLimits.maxCalls)
        self.model = model
        self.name = name
        self.maxTextTokens = maxTextTokens
    }

    package var profile: EmbeddingProfile {
        EmbeddingProfile(
            model: name, createdAt: Timestamp(microseconds: 0), tokenizer: "upstream/\(model)",
            dimensions: dimensions.load(ordering: .relaxed), maxTextTokens: maxTextTokens)
    }

    /// Learns the dimensions, again and again until the server is there, then waits for the end.
    package func run() async throws {
        while dimensions.load(ordering: .relaxed) == 0 {
            do {
                _ = try await embed(["a"], deadline: .distantFuture)
            } catch is EmbeddingRefusal {
                // Cancelled while asleep: the look at the task below ends it.
                try? await Task.sleep(for: .seconds(1))
            }
            if Task.isCancelled { return }
        }
        let (endless, end) = AsyncStream.makeStream(of: Never.self)
        for await _ in endless {}
        end.finish()
    }

    package func embed(_ texts: [String], deadline: Deadline) async throws -> EmbeddingResult {
        guard texts.count <= EmbeddingLimits.maxTexts else {
            throw EmbeddingRefusal.tooManyTexts(limit: EmbeddingLimits.maxTexts)
        }
        guard calls.add(1, ordering: .relaxed).newValue <= EmbeddingLimits.maxCalls else {
            calls.subtract(1, ordering: .relaxed)
            throw EmbeddingRefusal.queueFull
        }
        defer { calls.subtract(1, ordering: .relaxed) }
        guard !texts.isEmpty else { return EmbeddingResult(vectors: [], tokens: 0) }
        var body = JSONText()
        body.openObject()
        body.field("model", model)
        body.field("encoding_format", "float")
        body.name("input")
        body.openArray()
        for text in texts { body.string(text) }
        body.closeArray()
        body.closeObject()
        do {
            guard let answer = try await server.ask(.POST, "/v1/embeddings", body.bytes) else {
                throw UpstreamRefusal.unsupported("embed")
            }
            let result = try answer.withUnsafeReadableBytes { try ServerEmbeddings.read($0, expecting: texts.count) }
            dimensions.store(result.vectors.first?.count ?? 0, ordering: .relaxed)
            return EmbeddingResult(vectors: result.vectors, tokens: result.tokens)
        } catch let refusal as UpstreamRefusal {
            throw EmbeddingRefusal.upstream(refusal)
        } catch let failure as HTTPClientFailure {
            throw EmbeddingRefusal.upstream(UpstreamRefusal(failure))
        } catch is ServerEmbeddings.Malformed {
            throw EmbeddingRefusal.upstream(.broken(detail: "no list of vectors"))
        }
    }

    package func tokenize(_ text: String) async throws -> [UInt32] {
        throw EmbeddingRefusal.upstream(.unsupported("count tokens"))
    }
}
