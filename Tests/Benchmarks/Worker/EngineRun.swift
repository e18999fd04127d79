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
        var tokens = 0
        var firstToken = 0.0
    }

    init(model: LlamaModel, threads: Int) throws {
        engine = try LlamaEngine(
            model: model, name: "benchmark",
            limits: PlannerLimits(
                maxRunning: 8, maxCached: 56, contextTokens: 8_192, maxRequestTokens: 8_192, batchTokens: 256,
                prefillChunk: 64, maxWaiting: 64), threads: threads, time: SystemTime(),
            log: EngineLog(Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }))
    }

    func figures() async throws -> [Figure] {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await engine.run() }
            defer { group.cancelAll() }
            // The first answer comes after calibration, which is not what is measured.
            _ = try await ask(prompt: "Hi", salt: 0, max: 1)
            var figures: [Figure] = []
            for width in Workload.widths { figures += try await together(width) }
            figures.append(Figure(name: "engine_warm_first_token_ms", value: try await warmFirstToken()))
            return figures
        }
    }

    /// `width` requests at once, twice as many in all as were asked of the peer's first figure: tokens per processor
    /// second, reading the prompts included, and when the first tokens came.
    private func together(_ width: Int) async throws -> [Figure] {
        let rounds = width == 1 ? 4 : 2
        var firstTokens: [Double] = []
        var tokens = 0
        let (processor, wall) = (processorSeconds(), wallSeconds())
        for round in 0..<rounds {
            try await withThrowingTaskGroup(of: Taken.self) { group in
                for index in 0..<width {
                    // A salt of its own keeps every request cold.
                    let number = 1_000 * width + 100 * round + index
                    group.addTask { try await ask(prompt: Workload.prompt(number), salt: number, max: 64) }
                }
                for try await taken in group {
                    tokens += taken.tokens
                    firstTokens.append(taken.firstToken * 1_000)
                }
            }
        }
        let sorted = firstTokens.sorted()
        return [
            Figure(name: "engine_c\(width)", value: Double(tokens) / (processorSeconds() - processor)),
            Figure(name: "engine_wall_c\(width)", value: Double(tokens) / (wallSeconds() - wall)),
            Figure(name: "engine_first_token_p50_ms_c\(width)", value: sorted[sorted.count / 2]),
            Figure(name: "engine_first_token_p95_ms_c\(width)", value: sorted[(sorted.count * 95 - 1) / 100]),
        ]
    }

    /// Milliseconds of processor time to the first token of a prompt whose first 500 tokens are cached.
    private func warmFirstToken() async throws -> Double {
        let shared = ChatMessage(role: .system, content: Workload.sharedText)
        var times: [Double] = []
        _ = try await ask(messages: [shared, ChatMessage(role: .user, content: "Hi")], salt: 9, max: 1)
        for number in 0..<7 {
            let user = ChatMessage(role: .user, content: Workload.prompt(number))
            let start = processorSeconds()
            _ = try await ask(messages: [shared, user], salt: 9, max: 1)
            times.append((processorSeconds() - start) * 1_000)
        }
        return median(times)
    }

    private func ask(prompt: String, salt: Int, max: Int) async throws -> Taken {
        try await ask(messages: [ChatMessage(role: .user, content: prompt)], salt: salt, max: max)
    }

    private func ask(messages: [ChatMessage], salt: Int, max: Int) async throws -> Taken {
        let start = wallSeconds()
        let request = GenerationRequest(
            id: RequestID(lastRequest.next()), messages: messages,
            scope: PrefixScope(salt: [UInt8(salt & 255), UInt8(salt >> 8 & 255)], adapter: ""),
            sampling: SamplingSettings(temperature: 0, topP: 1, topK: 0, seed: 1), maxTokens: max,
            deadline: .distantFuture)
        return try await engine.withGeneration(request) { stream in
            var taken = Taken()
            while let event = try await stream.next() {
                guard case .tokens(let chunk) = event, !chunk.ids.isEmpty else { continue }
                if taken.tokens == 0 { taken.firstToken = wallSeconds() - start }
                taken.tokens += chunk.ids.count
            }
            return taken
        }
    }
}
