// SPDX-License-Identifier: Apache-2.0

import Llama
import Logging
import ModelWorkerDomain
import ModelWorkerService
import Primitives
import Synchronization

/// The engine as the worker runs it, asked by tasks as its handlers would.
struct EngineRun {
    private let engine: LlamaEngine
    private let lastRequest = Counter()

    private final class Counter: Sendable {
        private let value = Atomic<UInt64>(0)
        func next() -> UInt64 { value.add(1, ordering: .relaxed).newValue }
    }

    /// What one answer took.
    private struct Taken: Sendable {
        var tokens: Int { ids.count }
        var ids: [TokenID] = []
        var firstToken = 0.0
        /// Processor time of the process when it came.
        var firstProcessor = 0.0
        var cached = 0
    }

    /// - Parameters:
    ///   - draft: as `engine.draft_model`.
    ///   - drafts: tokens that may be checked ahead, as `engine.draft_tokens`.
    init(model: LlamaModel, draft: LlamaModel? = nil, threads: Int, drafts: Int = 31) throws {
        var limits = PlannerLimits(
            maxRunning: 16, maxCached: 48, contextTokens: 8_192, maxRequestTokens: 8_192, batchTokens: 256,
            prefillChunk: 256, maxWaiting: 64)
        // As by default.
        limits.tier.memoryBytes = 256 << 20
        limits.draftTokens = drafts
        engine = try LlamaEngine(
            model: model, draft: draft, name: "benchmark", limits: limits, threads: threads, time: SystemTime(),
            log: EngineLog(Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }))
    }

    func figures() async throws -> [Figure] {
        try await serving {
            var figures: [Figure] = []
            for width in Workload.widths { figures += try await together(width) }
            figures += try await burst()
            figures += try await warmFirstToken()
            return figures
        }
    }

    /// Runs the engine for as long as `body` does.
    func serving<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await engine.run() }
            defer { group.cancelAll() }
            // The first answer comes after calibration, which is not what is measured.
            _ = try await ask(messages: [ChatMessage(role: .user, content: "Hi")], salt: 0, max: 1)
            return try await body()
        }
    }

    /// Some questions at once: their tokens and the processor time they took, prompts included.
    func cost(
        of questions: [String], salt: Int, max: Int
    ) async throws -> (tokens: [[TokenID]], seconds: Double) {
        let start = processorSeconds()
        let tokens = try await withThrowingTaskGroup(of: (Int, [TokenID]).self) { group in
            for (index, question) in questions.enumerated() {
                group.addTask {
                    let messages = [ChatMessage(role: .user, content: question)]
                    return (index, try await ask(messages: messages, salt: salt + index, max: max).ids)
                }
            }
            return try await group.reduce(into: [[TokenID]](repeating: [], count: questions.count)) { $0[$1.0] = $1.1 }
        }
        return (tokens, processorSeconds() - start)
    }

    var drafts: BatchPlanner.DraftCounts { engine.board.load.drafts }

    /// What steps of the model and of its draft model take.
    var stepFigures: [Figure] {
        let calibration = engine.board.calibration
        return [("step", calibration.cost), ("draft_step", calibration.draft)].flatMap { name, cost in
            cost.map { cost in
                [1, 2, 4, 8, 16].map {
                    Figure(name: "\(name)_ms_\($0)", value: cost.seconds($0, checked: $0 - 1) * 1_000)
                }
            } ?? []
        }
    }

    /// `width` requests at once, some times: tokens per processor second, reading the prompts included, and when the
    /// first tokens came.
    private func together(_ width: Int) async throws -> [Figure] {
        let (processor, wall) = (processorSeconds(), wallSeconds())
        var tokens = 0
        var firsts: [Double] = []
        var slowest: [Double] = []
        for round in 0..<(Workload.rounds[width] ?? 1) {
            let number = 1_000 * width + 100 * round
            // A salt of its own keeps every request cold.
            let taken = try await all(width) { index in
                ([ChatMessage(role: .user, content: Workload.prompt(number + index))], number + index)
            }
            tokens += taken.answers.reduce(0) { $0 + $1.tokens }
            firsts += taken.answers.map { $0.firstToken * 1_000 }
            slowest.append(taken.slowest)
        }
        let rate = Double(tokens) / (processorSeconds() - processor)
        return [
            Figure(name: "engine_c\(width)", value: rate),
            Figure(name: "engine_wall_c\(width)", value: Double(tokens) / (wallSeconds() - wall)),
        ] + firstTokens("c\(width)", firsts, slowest)
    }

    /// Eight requests of one tenant at once whose system message nobody has asked with before.
    private func burst() async throws -> [Figure] {
        var firsts: [Double] = []
        var slowest: [Double] = []
        for round in 0..<2 {
            let taken = try await all(8) { index in
                (
                    [
                        ChatMessage(role: .system, content: Workload.system(round)),
                        ChatMessage(role: .user, content: Workload.prompt(90_000 + 100 * round + index)),
                    ], 60_000
                )
            }
            firsts += taken.answers.map { $0.firstToken * 1_000 }
            slowest.append(taken.slowest)
        }
        return firstTokens("burst", firsts, slowest)
    }

    private func firstTokens(_ name: String, _ times: [Double], _ slowest: [Double]) -> [Figure] {
        let sorted = times.sorted()
        return [
            Figure(name: "engine_first_token_p50_ms_\(name)", value: sorted[sorted.count / 2]),
            Figure(name: "engine_first_token_p95_ms_\(name)", value: sorted[(sorted.count * 95 - 1) / 100]),
            Figure(name: "engine_first_token_cpu_ms_\(name)", value: median(slowest)),
        ]
    }

    /// Asks `width` at once.
    /// - Returns: also the processor time until the last of the first tokens: what a busy machine does not change.
    private func all(
        _ width: Int, _ question: (Int) -> (messages: [ChatMessage], salt: Int)
    ) async throws -> (answers: [Taken], slowest: Double) {
        let start = processorSeconds()
        return try await withThrowingTaskGroup(of: Taken.self) { group in
            for index in 0..<width {
                let (messages, salt) = question(index)
                group.addTask { try await ask(messages: messages, salt: salt, max: Workload.answerTokens) }
            }
            var answers: [Taken] = []
            for try await taken in group { answers.append(taken) }
            let last = answers.map(\.firstProcessor).max() ?? start
            return (answers, (last - start) * 1_000)
        }
    }

    /// The prompts of the warm requests, rendered.
    func warmPrompts() async throws -> [[LlamaToken]] {
        var prompts: [[LlamaToken]] = []
        for question in Workload.warmQuestions {
            prompts.append(try await engine.tokenize(warmMessages(question)).map { LlamaToken(bitPattern: $0) })
        }
        return prompts
    }

    private func warmMessages(_ question: String) -> [ChatMessage] {
        [
            ChatMessage(role: .system, content: Workload.sharedText), ChatMessage(role: .user, content: question),
        ]
    }

    /// Milliseconds of processor time to the first token of prompts whose system message is cached.
    private func warmFirstToken() async throws -> [Figure] {
        var times: [Double] = []
        var cached = 0
        for (index, question) in Workload.warmQuestions.enumerated() {
            let start = processorSeconds()
            let taken = try await ask(messages: warmMessages(question), salt: 9, max: 1)
            guard index > 0 else { continue }
            times.append((taken.firstProcessor - start) * 1_000)
            cached = taken.cached
        }
        return [
            Figure(name: "engine_warm_first_token_ms", value: median(times)),
            Figure(name: "engine_warm_cached_tokens", value: Double(cached)),
        ]
    }

    private func ask(messages: [ChatMessage], salt: Int, max: Int) async throws -> Taken {
        let start = wallSeconds()
        let request = GenerationRequest(
            id: RequestID(lastRequest.next()), messages: messages,
            scope: PrefixScope(
                salt: [UInt8(salt & 255), UInt8(salt >> 8 & 255), UInt8(salt >> 16 & 255)], adapter: ""),
            sampling: SamplingSettings(temperature: 0, topP: 1, topK: 0, seed: 1), maxTokens: max,
            deadline: .distantFuture)
        return try await engine.withGeneration(request) { stream in
            var taken = Taken()
            while let event = try await stream.next() {
                if case .started(let started) = event { taken.cached = started.cachedTokens }
                guard case .tokens(let chunk) = event, !chunk.ids.isEmpty else { continue }
                if taken.tokens == 0 {
                    taken.firstToken = wallSeconds() - start
                    taken.firstProcessor = processorSeconds()
                }
                taken.ids += chunk.ids
            }
            return taken
        }
    }
}
