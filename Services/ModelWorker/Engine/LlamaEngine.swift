// SPDX-License-Identifier: Apache-2.0

package import Llama
package import ModelWorkerDomain
package import Primitives

/// Generation by llama.cpp in this process.
package final class LlamaEngine: GenerationEngine {
    package let profile: EngineProfile
    private let limits: PlannerLimits
    private let threads: Int
    private let cache: CacheSettings
    private let core: EngineCore
    private let chat: LlamaChat
    private let draft: LlamaModel?
    private var tokenizer: LlamaTokenizer { chat.tokenizer }
    /// A prompt of some thousand tokens takes milliseconds to tokenise: too long for an event loop.
    private let tokenizing = ThreadExecutor()

    /// - Parameters:
    ///   - model: loaded already, so that a missing file is known before a port is bound.
    ///   - draft: a smaller model of the same vocabulary, asked what may come next.
    ///   - templateSource: a chat template to use instead of the model's own.
    package init(
        model: LlamaModel, draft: LlamaModel? = nil, name: String, limits: PlannerLimits, threads: Int = 1,
        template: ChatTemplate = ChatTemplate(), templateSource: String? = nil, cache: CacheSettings = CacheSettings(),
        adapters: AdapterSettings = AdapterSettings(), time: any TimeSource, log: EngineLog
    ) throws(LlamaFailure) {
        guard model.hasDecoder else { throw .unsupported("\(name) cannot generate") }
        chat = try LlamaChat(model: model, chatML: template, source: templateSource)
        var limits = limits
        limits.maxRequestTokens = min(limits.maxRequestTokens, model.trainedContext)
        // What turns out wrong must be taken away again.
        if !model.keepsWholeSequences { limits.draftTokens = 0 }
        self.draft = limits.draftTokens > 0 ? try draft?.checked(asDraftOf: model) : nil
        if draft != nil, self.draft == nil { log.warning("nothing may be checked ahead: no draft model") }
        limits.maxPinned = min(CacheSettings.maxPinned, cache.pinnedPrompts.count)
        limits.maxCached = min(limits.maxCached, LlamaContext.maxSequences - limits.maxRunning - limits.maxPinned)
        self.limits = limits
        self.cache = cache
        self.threads = threads
        var read: [AdapterBook.Adapter] = []
        for file in adapters.files { read.append(try Self.read(file)) }
        core = EngineCore(limits: limits, settings: adapters, adapters: read, time: time, log: log)
        profile = EngineProfile(
            model: name, createdAt: Timestamp(microseconds: model.writtenAtUs), tokenizer: chat.tokenizer.name,
            templateHash: chat.templateHash,
            contextTokens: min(limits.contextTokens, limits.maxRequestTokens), maxRunning: limits.maxRunning,
            cacheTokens: limits.contextTokens, draftModel: self.draft?.name ?? "")
    }

    package var board: LoadBoard { core.board }

    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.tokenizing.run() }
            group.addTask { try await self.generate() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func generate() async throws {
        var context = LlamaContext.Settings(
            contextTokens: limits.contextTokens, batchTokens: limits.batchTokens,
            sequences: limits.maxRunning + limits.maxCached + limits.maxPinned, threads: threads)
        // A sequence each, as the planner numbers them; only running ones hold cells.
        var drafting = context
        drafting.contextTokens = limits.maxRunning * limits.draftWindow
        drafting.batchTokens = max(limits.maxRunning, min(limits.batchTokens, LlamaDraft.batchTokens))
        context.otherBytes = (draft?.cacheBytesPerToken ?? 0) * drafting.contextTokens
        let pinned = try cache.pinnedTokens { try chat.tokens(of: $0, at: core.time.timestamp()) }
        try await core.run(limits: limits, tierFolder: cache.tierFolder, pinned: pinned) {
            [model = tokenizer.model, adapters = core.adapters.first, draft, context, drafting] in
            var loaded: [String: LlamaAdapter] = [:]
            for (key, path) in adapters { loaded[key] = try LlamaAdapter(file: path, for: model) }
            let main = try LlamaContext(model, context)
            return LlamaBackend(
                context: main, adapters: loaded, draft: try draft.map { try LlamaDraft($0, for: model, drafting) })
        }
    }

    // MARK: Adapters

    package var adapters: EngineAdapters? { core.adapters }

    private static func read(_ file: AdapterSettings.File) throws(LlamaFailure) -> AdapterBook.Adapter {
        let read = try AdapterFile(path: file.path)
        return AdapterBook.Adapter(name: file.name, digest: read.digest, bytes: read.bytes, createdAt: read.createdAt)
    }

    package func loadAdapter(_ name: String, file: String) async throws -> AdapterBook.Adapter {
        try await core.adapters.load(name, file: file) { file in
            try await withTaskExecutorPreference(tokenizing) { try Self.read(file) }
        }
    }

    // MARK: Generation

    package func withGeneration<R>(
        _ request: GenerationRequest, _ body: (GenerationStream) async throws -> R
    ) async throws -> R {
        try await core.adapters.using(request.scope.adapter) { key in
            var request = request
            request.scope.adapter = key
            return try await generate(request, body)
        }
    }

    private func generate<R>(
        _ request: GenerationRequest, _ body: (GenerationStream) async throws -> R
    ) async throws -> R {
        let answer = try await withTaskExecutorPreference(tokenizing) {
            try chat.prepare(request, at: core.time.timestamp())
        }
        var request = request
        request.stops = answer.stops
        if !request.resumedText.isEmpty {
            // A call or a document cannot be gone on with from its text: the grammar stands between tokens.
            guard request.structure == nil else { throw EngineRefusal.unsupportedStructure }
            request = request.resumed(as: try await tokenize(String(decoding: request.resumedText, as: UTF8.self)))
        }
        return try await core.withGeneration(
            request, prompt: answer.prompt, decoding: answer.decoding, reading: answer.reading, body)
    }

    package func reportLoad() { core.mailbox.post(.report) }
    package func cancel(_ id: RequestID, _ refusal: EngineRefusal) { core.cancel(id, refusal) }

    package func tokenize(_ messages: [ChatMessage]) async throws -> [TokenID] {
        try await withTaskExecutorPreference(tokenizing) { try chat.tokens(of: messages, at: core.time.timestamp()) }
    }

    package func tokenize(_ text: String) async throws -> [TokenID] {
        try await withTaskExecutorPreference(tokenizing) { try tokenizer.tokens(of: text) }
    }
}
