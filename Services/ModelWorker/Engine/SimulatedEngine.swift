// SPDX-License-Identifier: Apache-2.0

package import ModelWorkerDomain
package import Primitives

/// How the simulated engine behaves.
package struct SimulationSettings: Hashable, Sendable {
    /// Duration of a step in which anything decodes: its inverse is every stream's tokens per second.
    package var step: Duration
    package var prefillPerToken: Duration
    /// Between a request's arrival and its first token, on an idle engine.
    package var firstTokenDelay: Duration
    /// Share of requests that fail at some token, 0...1.
    package var failureRate: Double
    /// Length of an answer that nothing ends earlier; 0 means as long as the request allows.
    package var answerTokens: Int
    /// Chance behind failures. Answers depend on their request's seed.
    package var seed: UInt64

    package init(
        step: Duration = .milliseconds(20), prefillPerToken: Duration = .microseconds(50),
        firstTokenDelay: Duration = .zero, failureRate: Double = 0, answerTokens: Int = 64, seed: UInt64 = 1
    ) {
        self.step = step
        self.prefillPerToken = prefillPerToken
        self.firstTokenDelay = firstTokenDelay
        self.failureRate = failureRate
        self.answerTokens = answerTokens
        self.seed = seed
    }
}

/// An engine without a model: it batches, queues, caches and streams as the real one does, with the same code, and
/// says words without meaning at the pace it is set to.
package final class SimulatedEngine: GenerationEngine {
    package let profile: EngineProfile
    private let settings: SimulationSettings
    private let limits: PlannerLimits
    private let cache: CacheSettings
    private let core: EngineCore
    private let template: ChatTemplate
    private let language = SimulatedLanguage()

    package init(
        model: String, settings: SimulationSettings, limits: PlannerLimits, template: ChatTemplate = ChatTemplate(),
        cache: CacheSettings = CacheSettings(), adapters: AdapterSettings = AdapterSettings(), time: any TimeSource,
        log: EngineLog
    ) {
        var limits = limits
        limits.maxPinned = min(CacheSettings.maxPinned, cache.pinnedPrompts.count)
        self.settings = settings
        self.limits = limits
        self.cache = cache
        self.template = template
        core = EngineCore(
            limits: limits, settings: adapters, adapters: adapters.files.map(Self.adapter), time: time, log: log)
        profile = EngineProfile(
            model: model, createdAt: SimulatedLanguage.createdAt, tokenizer: SimulatedLanguage.name,
            templateHash: template.hash,
            contextTokens: min(limits.contextTokens, limits.maxRequestTokens), maxRunning: limits.maxRunning,
            cacheTokens: limits.contextTokens)
    }

    package var board: LoadBoard { core.board }

    package func run() async throws {
        let pinned = cache.pinnedTokens { tokens(of: $0) }
        try await core.run(limits: limits, tierFolder: cache.tierFolder, pinned: pinned) {
            [settings, language, time = core.time] in
            SimulatedBackend(settings: settings, language: language, time: time)
        }
    }

    package func withGeneration<R>(
        _ request: GenerationRequest, _ body: (GenerationStream) async throws -> R
    ) async throws -> R {
        guard request.structure == nil, request.alternatives == nil else { throw EngineRefusal.unsupportedStructure }
        let text = request.resumedText
        let resumed =
            text.isEmpty
            ? request : request.resumed(as: language.tokenize(String(decoding: text, as: UTF8.self)))
        return try await core.adapters.using(request.scope.adapter) { key in
            var request = resumed
            request.scope.adapter = key
            return try await core.withGeneration(request, prompt: tokens(of: request.messages), body)
        }
    }

    package var adapters: EngineAdapters? { core.adapters }

    /// No file is read: a simulated adapter is its name, and makes other words of the same prompt.
    private static func adapter(_ file: AdapterSettings.File) -> AdapterBook.Adapter {
        AdapterBook.Adapter(name: file.name, digest: 0, bytes: 0, createdAt: SimulatedLanguage.createdAt)
    }

    package func loadAdapter(_ name: String, file: String) async throws -> AdapterBook.Adapter {
        try await core.adapters.load(name, file: file, Self.adapter)
    }

    package func reportLoad() { core.mailbox.post(.report) }
    package func cancel(_ id: RequestID, _ refusal: EngineRefusal) { core.cancel(id, refusal) }
    package func tokenize(_ messages: [ChatMessage]) async throws -> [TokenID] { tokens(of: messages) }
    package func tokenize(_ text: String) async throws -> [TokenID] { language.tokenize(text) }

    private func tokens(of messages: [ChatMessage]) -> [TokenID] {
        template.render(messages).flatMap { piece -> [TokenID] in
            switch piece {
            case .control(let name): [SimulatedLanguage.endToken + 1 + TokenID(name.utf8.count)]
            case .text(let text): language.tokenize(text)
            case .generated(let tokens, let text):
                tokens.flatMap(language.bytes(of:)) == Array(text.utf8) ? tokens : language.tokenize(text)
            }
        }
    }
}
