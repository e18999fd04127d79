// SPDX-License-Identifier: Apache-2.0

import Clients
import Llama
import Messages
import ModelWorkerService
import Primitives
import RPC
import Testing

/// The way of a cross-encoder, by one made here of random weights: it has no opinion worth having, but a firm one.
@Suite(.serialized) struct CrossEncoderTests {
    private func withRanker(_ body: (LlamaEmbeddingEngine) async throws -> Void) async throws {
        try await ModelFolder.lend { folder in
            try ModelFolder.write(GGUFFile.crossEncoder(seed: 5), to: "\(folder)/rank.gguf")
            let engine = try LlamaEmbeddingEngine(
                model: LlamaModel(file: "\(folder)/rank.gguf"), name: "reranker", maxTextTokens: 512, ranks: true,
                time: SystemTime())
            try await engine.serving { try await body(engine) }
        }
    }

    @Test func queryAndTextAreReadTogether() async throws {
        try await withRanker { engine in
            let texts = ["the cat", "a ship", "the sea", "mat"]
            let one = try await engine.rank("cat", texts, deadline: .distantFuture)
            #expect(one.scores.count == 4 && Set(one.scores).count == 4 && one.scores.allSatisfy(\.isFinite))
            // [CLS] query [SEP] text [SEP]
            #expect(one.tokens == 4 * 4 + 2 + 2 + 2 + 1)
            let again = try await engine.rank("cat", texts.reversed(), deadline: .distantFuture)
            for (a, b) in zip(one.scores, again.scores.reversed()) { #expect(abs(a - b) < 1e-4) }
            let other = try await engine.rank("ship", texts, deadline: .distantFuture)
            #expect(zip(one.scores, other.scores).contains { abs($0 - $1) > 1e-3 }, "the query counts")
            // More than fit one batch of the engine, in their order.
            let many = try await engine.rank(
                "cat", (0..<100).map { texts[$0 % 4] }, deadline: .distantFuture)
            for (index, score) in many.scores.enumerated() {
                // A kernel sums otherwise in a batch of another shape: which of the four it is stays clear.
                let distances = one.scores.map { abs($0 - score) }
                #expect(distances.min() == distances[index % 4] && distances[index % 4] < 1e-2)
            }
        }
    }

    @Test func itRanksAndDoesNotEmbed() async throws {
        try await withRanker { engine in
            let service = ModelWorkerService(
                engine: EngineFixture.simulated(), embedder: SimulatedEmbeddingEngine(model: WorkerFixture.embedding),
                ranker: engine, defaults: ModelWorkerService.Defaults(temperature: 0, maxTokens: 8), instance: 1)
            let client = ModelWorkerClient(.inProcess(table: service.methods, caller: .orchestrator))
            let reply = try await client.rank(
                RankTextsRequest(model: "reranker", query: "cat", texts: ["the cat", "sea"]), WorkerFixture.context())
            #expect(reply.scores.count == 2 && reply.promptTokens == 11)
            let admin = ModelWorkerAdminClient(.inProcess(table: service.methods, caller: .modelWorker.admin))
            let models = try await admin.getLoad(GetLoadRequest(), WorkerFixture.context()).models
            #expect(models.last?.name == "reranker" && models.last?.kind == "ranking")
            #expect(models.last?.embeddingDimensions == nil && models.last?.contextTokens == 64)
            await #expect(throws: EmbeddingRefusal.onlyRanks) {
                _ = try await engine.embed(["cat"], deadline: .distantFuture)
            }
            let long = String(repeating: "cat ", count: 70)
            await #expect(throws: EmbeddingRefusal.textTooLong(index: 1, tokens: 74, limit: 64)) {
                _ = try await engine.rank("cat", ["sea", long], deadline: .distantFuture)
            }
        }
    }

    @Test func neitherKindTakesTheOthersPlace() async throws {
        try await ModelFolder.lend { folder in
            try ModelFolder.write(GGUFFile.crossEncoder(seed: 5), to: "\(folder)/rank.gguf")
            #expect(throws: LlamaFailure.self) {
                try LlamaEmbeddingEngine(
                    model: LlamaModel(file: "\(folder)/rank.gguf"), name: "e", time: SystemTime())
            }
            #expect(throws: LlamaFailure.self) {
                try LlamaEmbeddingEngine(
                    model: LlamaModel(file: ModelFiles.embedding), name: "r", ranks: true, time: SystemTime())
            }
        }
    }
}
