// SPDX-License-Identifier: Apache-2.0

import Logging
import ModelWorkerDomain
import ModelWorkerService
import Primitives

/// One generation, read to its end.
struct Reading: Sendable, Equatable {
    var start: GenerationStart?
    var text: [UInt8] = []
    var ids: [TokenID] = []
    var end: GenerationEnd?
    var reports: [SpelledReport] = []

    var string: String { String(decoding: text, as: UTF8.self) }
}

enum EngineFixture {
    static let log = EngineLog(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

    static func limits(
        running: Int = 8, cached: Int = 16, context: Int = 4_096, batch: Int = 256, waiting: Int = 64
    ) -> PlannerLimits {
        PlannerLimits(
            maxRunning: running, maxCached: cached, contextTokens: context, maxRequestTokens: context,
            batchTokens: batch, prefillChunk: 64, maxWaiting: waiting)
    }

    /// Steps take no time at all, so a test waits for nothing.
    static func simulated(
        _ settings: SimulationSettings = SimulationSettings(step: .zero, prefillPerToken: .zero, answerTokens: 0),
        limits: PlannerLimits = EngineFixture.limits()
    ) -> SimulatedEngine {
        SimulatedEngine(model: "simulated", settings: settings, limits: limits, time: SystemTime(), log: log)
    }

    static func request(
        _ id: UInt64, _ text: String, max: Int = 16, seed: UInt64 = 1, temperature: Float = 0, stops: [String] = [],
        resumed: [TokenID] = [], salt: UInt8 = 1, messages: [ChatMessage]? = nil
    ) -> GenerationRequest {
        GenerationRequest(
            id: RequestID(id), messages: messages ?? [ChatMessage(role: .user, content: text)],
            scope: PrefixScope(salt: [salt], adapter: ""),
            sampling: SamplingSettings(temperature: temperature, topP: 1, topK: 0, seed: seed), stops: stops,
            maxTokens: max, resumed: resumed, deadline: .distantFuture)
    }
}

extension GenerationEngine {
    /// Runs the engine for as long as `body` does.
    @discardableResult
    func serving<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.run() }
            let result = try await body()
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
    }

    func read(_ request: GenerationRequest) async throws -> Reading {
        try await withGeneration(request) { stream in
            var reading = Reading()
            while let event = try await stream.next() {
                switch event {
                case .started(let start): reading.start = start
                case .tokens(let tokens):
                    reading.text += tokens.text
                    reading.ids += tokens.ids
                    reading.reports += tokens.reports
                case .finished(let end): reading.end = end
                }
            }
            return reading
        }
    }
}
