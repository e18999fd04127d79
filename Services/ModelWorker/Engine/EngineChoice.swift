// SPDX-License-Identifier: Apache-2.0

import Llama
package import Primitives

/// The engines a configuration asks for, loaded and ready to run.
package struct EngineChoice: Sendable {
    package var generation: any GenerationEngine
    package var embedding: (any EmbeddingEngine)?
    package var ranking: (any EmbeddingEngine)?

    /// Loads the models. Blocks for as long as that takes; nothing else runs yet.
    /// - Throws: `LlamaFailure`, which names the file that is missing or unusable, or `UpstreamSettingsFailure`.
    package init(_ configuration: ModelWorkerConfiguration, time: any TimeSource, log: EngineLog) throws {
        if !configuration.usesOwnKernel { LlamaRuntime.useOwnKernel(false) }
        ranking = try configuration.rankingModelFile.map { file in
            try LlamaEmbeddingEngine(
                model: ModelLoading.load(file, log), name: configuration.rankingModelName,
                maxTextTokens: LlamaEmbeddingEngine.batchTokens, threads: configuration.threads, ranks: true,
                time: time)
        }
        switch configuration.engine {
        case .simulated:
            generation = SimulatedEngine(
                model: configuration.chatModelName, settings: configuration.simulation, limits: configuration.limits,
                template: configuration.template, cache: configuration.cache, adapters: configuration.adapters,
                time: time, log: log)
            embedding = SimulatedEmbeddingEngine(
                model: configuration.embeddingModelName, maxTextTokens: configuration.embeddingTextTokens)
        case .llama:
            generation = try LlamaEngine(
                model: ModelLoading.load(configuration.chatModelFile, gpuLayers: configuration.gpuLayers, log),
                draft: configuration.draftModelFile.map {
                    try LlamaDraft.load($0, gpuLayers: configuration.gpuLayers, log)
                },
                name: configuration.chatModelName,
                limits: configuration.limits, threads: configuration.threads, template: configuration.template,
                templateSource: configuration.chatTemplateFile.map { try LlamaChatTemplate.source(ofFile: $0) },
                cache: configuration.cache, adapters: configuration.adapters, time: time, log: log)
            embedding = try Self.localEmbedding(configuration, time, log)
        case .upstream:
            generation = try UpstreamEngine(
                configuration.upstream, name: configuration.chatModelName, limits: configuration.limits, time: time,
                log: log)
            // The server's own, else one in this process: a chat server rarely embeds.
            embedding =
                if let model = configuration.upstream.embeddingModel {
                    try UpstreamEmbeddingEngine(
                        configuration.upstream, model: model, name: configuration.embeddingModelName,
                        maxTextTokens: configuration.embeddingTextTokens)
                } else {
                    try Self.localEmbedding(configuration, time, log)
                }
        }
    }

    private static func localEmbedding(
        _ configuration: ModelWorkerConfiguration, _ time: any TimeSource, _ log: EngineLog
    ) throws -> (any EmbeddingEngine)? {
        try configuration.embeddingModelFile.map { file in
            try LlamaEmbeddingEngine(
                model: ModelLoading.load(file, log), name: configuration.embeddingModelName,
                maxTextTokens: configuration.embeddingTextTokens, threads: configuration.threads, time: time)
        }
    }
}
