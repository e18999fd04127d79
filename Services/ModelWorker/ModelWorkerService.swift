// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerDomain
import Primitives
package import RPC
import Synchronization

/// One model worker: a generation engine, an embedding engine, and the calls that reach them.
package final class ModelWorkerService: Sendable {
    /// What a request gets that does not say.
    package struct Defaults: Hashable, Sendable {
        package var temperature: Float
        package var maxTokens: Int
        /// How long an answer may be generated.
        package var answerTime: Duration
        /// How far apart pieces of one answer leave, at the least; zero: as they come.
        package var gathering: Duration
        package init(
            temperature: Float, maxTokens: Int, answerTime: Duration = .seconds(30), gathering: Duration = .zero
        ) {
            self.temperature = temperature
            self.maxTokens = maxTokens
            self.answerTime = answerTime
            self.gathering = gathering
        }
    }

    let engine: any GenerationEngine
    /// nil: this worker does not embed.
    let embedder: (any EmbeddingEngine)?
    /// nil: this worker has no cross-encoder.
    let ranker: (any EmbeddingEngine)?
    let defaults: Defaults
    /// Identifies this process to the fleet; a change means that its cache is empty again.
    let instance: UInt64
    let turns = Mutex(RunningTurns())
    private let lastRequest = Atomic<UInt64>(0)
    private let drains = Atomic<Bool>(false)
    /// Whether the whole process is on its way out.
    private let stops: @Sendable () -> Bool

    /// - Parameter isStopping: asked before each new generation and with each load report.
    package init(
        engine: any GenerationEngine, embedder: (any EmbeddingEngine)?, ranker: (any EmbeddingEngine)? = nil,
        defaults: Defaults, instance: UInt64, isStopping: @escaping @Sendable () -> Bool = { false }
    ) {
        self.engine = engine
        self.embedder = embedder
        self.ranker = ranker
        self.defaults = defaults
        self.instance = instance
        stops = isStopping
    }

    /// A number for the next request of this process.
    func nextRequest() -> RequestID { RequestID(lastRequest.add(1, ordering: .relaxed).newValue) }

    /// Whether new work is refused. What runs goes on.
    package var isDraining: Bool { drains.load(ordering: .relaxed) || isStopping || !engine.isReachable }
    var isStopping: Bool { stops() }

    package func setDraining(_ isDraining: Bool) {
        drains.store(isDraining, ordering: .relaxed)
        engine.reportLoad()
    }

    package var methods: MethodTable {
        var table = MethodTable()
        table.serverStreaming(ModelWorkerMethods.generate) { try await self.generate($0, $1, $2) }
        table.unary(ModelWorkerMethods.embed) { try await self.embed($0, $1) }
        table.unary(ModelWorkerMethods.rank) { try await self.rank($0, $1) }
        table.unary(ModelWorkerMethods.tokenize) { request, _ in try await self.tokenize(request) }
        table.serverStreaming(ModelWorkerMethods.watchLoad) { _, _, writer in try await self.watchLoad(writer) }
        table.unary(ModelWorkerAdminMethods.drain) { _, _ in self.drain() }
        table.unary(ModelWorkerAdminMethods.undrain) { _, _ in self.undrain() }
        table.unary(ModelWorkerAdminMethods.getLoad) { _, _ in self.getLoad() }
        table.unary(ModelWorkerAdminMethods.getCacheStatistics) { request, _ in self.getCacheStatistics(request) }
        table.unary(ModelWorkerAdminMethods.listAdapters) { _, _ in self.listAdapters() }
        table.unary(ModelWorkerAdminMethods.loadAdapter) { request, _ in try await self.loadAdapter(request) }
        table.unary(ModelWorkerAdminMethods.unloadAdapter) { request, _ in try self.unloadAdapter(request) }
        return table
    }
}
