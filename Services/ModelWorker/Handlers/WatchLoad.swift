// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import Primitives
import RPC

extension ModelWorkerService {
    /// Streams the load for as long as the call lives. The first report names every block the cache holds.
    func watchLoad(_ writer: StreamWriter<LoadReport>) async throws {
        try await engine.board.withWatcher { watcher in
            var sequence: UInt64 = 0
            while let report = await engine.board.next(watcher) {
                // A gap in the numbers tells the reader that block changes were lost on the way.
                sequence += report.hasGap ? 2 : 1
                try await writer.send(
                    loadReport(report.load, report.calibration, report.changes, sequence: sequence))
                // A stream without end would hold up the process's own end; the last report said so.
                if isStopping { break }
            }
        }
        try Task.checkCancellation()
        throw Failure(modelWorker: EngineRefusal.stopped)
    }

    /// What is true of this worker now.
    func loadReport(
        _ load: EngineLoad, _ calibration: Calibration, _ changes: HeldBlocks.Changes, sequence: UInt64
    ) -> LoadReport {
        let profile = engine.profile
        return LoadReport(
            sequence: sequence, waiting: UInt32(clamping: load.waiting), running: UInt32(clamping: load.running),
            maxRunning: UInt32(clamping: profile.maxRunning), freeCacheTokens: UInt64(clamping: load.freeTokens),
            totalCacheTokens: UInt64(clamping: profile.cacheTokens),
            prefillTokensPerSecond: Float(calibration.prefillTokensPerSecond),
            stepUsByBatch: calibration.stepByBatch.map { Float($0.nanoseconds) / 1_000 }, models: loadedModels,
            isDraining: isDraining, instance: instance, insertedBlocks: changes.inserted,
            evictedBlocks: changes.evicted, unreadTokens: UInt64(clamping: load.unreadTokens),
            preemptions: UInt64(clamping: load.preemptions), tierMemoryBytes: UInt64(clamping: load.tierMemoryBytes),
            tierDiskBytes: UInt64(clamping: load.tierDiskBytes), blockEvents: engine.tellsBlocks ? .exact : .absent,
            paceSamples: engine.paceSamples.map { UInt64(clamping: $0) },
            draftedTokens: UInt64(clamping: load.drafts.proposed),
            acceptedDraftTokens: UInt64(clamping: load.drafts.accepted),
            modelDraftedTokens: UInt64(clamping: load.drafts.model.proposed),
            acceptedModelDraftTokens: UInt64(clamping: load.drafts.model.accepted), draftModel: profile.draftModel)
    }

    private var loadedModels: [LoadedModel] {
        let profile = engine.profile
        var models = [
            LoadedModel(
                name: profile.model, kind: "chat", contextTokens: UInt32(clamping: profile.contextTokens),
                embeddingDimensions: nil, tokenizer: profile.tokenizer, createdAtUs: profile.createdAt.microseconds)
        ]
        for name in engine.adapterNames {
            var adapted = models[0]
            adapted.name = AdapterName.served(name, of: profile.model)
            adapted.baseModel = profile.model
            models.append(adapted)
        }
        for embedding in [embedder?.profile, ranker?.profile].compactMap(\.self) {
            models.append(
                LoadedModel(
                    name: embedding.model, kind: embedding.isRanking ? "ranking" : "embedding",
                    contextTokens: UInt32(clamping: embedding.maxTextTokens),
                    embeddingDimensions: embedding.isRanking ? nil : UInt32(clamping: embedding.dimensions),
                    tokenizer: embedding.tokenizer,
                    createdAtUs: embedding.createdAt.microseconds))
        }
        return models
    }
}
