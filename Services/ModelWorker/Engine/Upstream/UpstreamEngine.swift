// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import Messages
package import ModelWorkerDomain
package import Primitives
import Synchronization

/// Generation by another server: vLLM, TensorRT-LLM, SGLang, llama.cpp's, or any that speaks OpenAI's API.
///
/// That server batches, caches and queues; this engine passes requests on, counts what it sent, reads the server's own
/// counts, and learns from the answers how fast it is. It is not reachable until the server has been heard, and again
/// when it is not heard any more.
package final class UpstreamEngine: GenerationEngine {
    private struct State {
        var model: UpstreamServer.Model?
        var misses = 0
        var isReachable = false
    }

    private let settings: UpstreamSettings
    private let name: String
    private let limits: PlannerLimits
    let server: UpstreamServer
    private let traffic: UpstreamTraffic
    /// Listens to what the server says of its cache; nil where it is not to be asked.
    private let cache: ServerCacheWatch?
    private let time: any TimeSource
    private let log: EngineLog
    private let state = Mutex(State())

    /// Two polls without an answer: one may have met a server that was busy with a long prompt.
    private static let missesToLeave = 2
    /// How many polls of the load there are for one of the list of models, which is how adapters are noticed.
    private static let pollsForModels = 30

    package init(
        _ settings: UpstreamSettings, name: String, limits: PlannerLimits, time: any TimeSource, log: EngineLog
    ) throws {
        self.settings = settings
        self.name = name
        self.limits = limits
        self.time = time
        self.log = log
        // Two more for polls and tokenising.
        server = try UpstreamServer(settings, connections: limits.maxRunning + limits.maxWaiting + 2)
        cache = try settings.cacheEvents.map { try ServerCacheWatch($0, log: log) }
        traffic = UpstreamTraffic(
            limits: limits, cache: cache,
            pace: LearntPace(
                assumedPrefill: settings.assumedPrefill, assumedStep: settings.assumedStep,
                widest: limits.maxRunning), time: time)
    }

    package var board: LoadBoard { traffic.board }
    package var tellsBlocks: Bool { cache != nil }
    package var isReachable: Bool { state.withLock { $0.isReachable } }
    package var paceSamples: Int? { traffic.paceSamples }

    package var profile: EngineProfile {
        let model = state.withLock { $0.model }
        let context = settings.contextTokens > 0 ? settings.contextTokens : model?.contextTokens ?? limits.contextTokens
        return EngineProfile(
            model: name, createdAt: model?.createdAt ?? Timestamp(microseconds: 0),
            // Equal names mean equal ids: of a server that tells none there is nothing to be equal to.
            tokenizer: "upstream/\(model?.name ?? name)", templateHash: 0, contextTokens: context,
            maxRunning: limits.maxRunning, cacheTokens: traffic.cacheTokens)
    }

    /// Those of the settings that the server has at present.
    package var adapterNames: [String] {
        guard let model = state.withLock({ $0.model }) else { return [] }
        return settings.adapters.filter { model.others.contains($0.value) }.keys.sorted()
    }

    // MARK: Generation

    package func withGeneration<R>(
        _ request: GenerationRequest, _ body: (GenerationStream) async throws -> R
    ) async throws -> R {
        guard let model = state.withLock({ $0.isReachable ? $0.model : nil }) else {
            throw EngineRefusal.upstream(.away)
        }
        guard let original = request.original else { throw EngineRefusal.upstream(.refused(status: 400)) }
        let adapter = settings.adapters[request.scope.adapter] ?? request.scope.adapter
        guard adapter.isEmpty || model.others.contains(adapter) else { throw EngineRefusal.unknownAdapter }
        let left = request.maxTokens - request.resumed.count
        guard left > 0 else {
            return try await body(GenerationStream(source: EndedAnswer(request)))
        }
        do {
            guard request.resumed.isEmpty || original.resumeText != nil else {
                throw UpstreamRefusal.unsupported("go on from token ids")
            }
            let text = try ChatRequestText(
                original, model: adapter.isEmpty ? model.name : adapter, kind: model.kind, maxTokens: left,
                tellsTokens: cache != nil)
            try traffic.begin(request.id)
            defer { traffic.end(request.id) }
            let sent = time.now()
            return try await server.withChat(text.bytes) { response in
                traffic.answered(request.id, response)
                let answer = UpstreamAnswer(
                    request, response, traffic, cache, adapter: adapter, sent: sent, time: time)
                return try await body(GenerationStream(source: answer))
            }
        } catch let refusal as UpstreamRefusal {
            throw EngineRefusal.upstream(refusal)
        } catch let failure as HTTPClientFailure {
            if case .notConnected(let detail) = failure { lose(detail) }
            throw EngineRefusal.upstream(UpstreamRefusal(failure))
        }
    }

    package func cancel(_ id: RequestID, _ refusal: EngineRefusal) { traffic.cancel(id, refusal) }
    package func reportLoad() { traffic.publish() }

    /// - Throws: `EngineRefusal.upstream(.away)` before the server was first heard.
    func known() throws -> UpstreamServer.Model {
        guard let model = state.withLock({ $0.model }) else { throw EngineRefusal.upstream(.away) }
        return model
    }

    // MARK: Watching the server

    package func run() async throws {
        do {
            try await watchAndReport()
        } catch is CancellationError {
            // Asked to stop: the regular end.
        }
    }

    private func watchAndReport() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // A report is due even when nothing changes.
                while true {
                    let left = self.traffic.untilHeartbeat()
                    if left <= .zero { self.traffic.publish() }
                    try await Task.sleep(for: left > .zero ? left : LoadBoard.heartbeat)
                }
            }
            group.addTask { try await self.watch() }
            if let cache {
                group.addTask { try await cache.run { self.traffic.publishSoon() } }
            }
            defer {
                group.cancelAll()
                traffic.board.finish()
                server.client.closeKept()
            }
            try await group.next()
        }
    }

    private func watch() async throws {
        var polls = 0
        // Nothing is asked of a path that answered with no load: many servers have none.
        var saysLoad = true
        while true {
            do {
                if !isReachable || !saysLoad || polls % Self.pollsForModels == 0 {
                    try await meet()
                    saysLoad = saysLoad || polls % Self.pollsForModels == 0
                }
                if saysLoad {
                    traffic.asks()
                    let load = try await server.load()
                    saysLoad = load != nil
                    traffic.heard(load)
                }
                state.withLock { $0.misses = 0 }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                miss(error)
            }
            polls += 1
            try await Task.sleep(for: settings.pollInterval)
        }
    }

    /// Asks who is there.
    private func meet() async throws {
        var model = try await server.model(settings.model)
        let (isNew, before) = state.withLock { state in
            let before = state.model
            // Some servers say the present time.
            if let before, before.name == model.name { model.createdAt = before.createdAt }
            state.model = model
            defer { state.isReachable = true }
            return (!state.isReachable, before)
        }
        guard isNew else { return }
        traffic.heardFirst()
        traffic.publish()
        let context = model.contextTokens.map { "\($0)" } ?? "unknown"
        log.info("the server answers: \(model.name), \(model.kind.rawValue), context \(context)")
        if let before, before.name != model.name { log.warning("it serves another model than before") }
    }

    private func miss(_ error: any Error) {
        let (isGone, isNew) = state.withLock { state in
            state.misses += 1
            let isNew = state.model == nil && state.misses == 1
            guard state.misses >= Self.missesToLeave, state.isReachable else { return (false, isNew) }
            state.isReachable = false
            return (true, isNew)
        }
        // One line; what follows is the same line many times.
        if isNew { log.warning("the server does not answer: \(error)") }
        if isGone { tellLoss("\(error)") }
    }

    /// A connection was refused: that is no matter of patience.
    private func lose(_ detail: String) {
        let wasReachable = state.withLock { state in
            defer { state.isReachable = false }
            return state.isReachable
        }
        if wasReachable { tellLoss(detail) }
    }

    private func tellLoss(_ detail: String) {
        log.warning("the server is not heard any more: \(detail)")
        traffic.heard(nil)
        traffic.publish()
    }
}
