// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerDomain
import ModelWorkerService
import NIOCore
import Primitives
import RPC

/// A worker with a simulated engine, reached as its callers reach it.
struct WorkerFixture: Sendable {
    static let chat = "smollm2-135m"
    static let embedding = "all-minilm-l6-v2"

    let engine: SimulatedEngine
    let service: ModelWorkerService

    init(
        _ settings: SimulationSettings = SimulationSettings(step: .zero, prefillPerToken: .zero, answerTokens: 0),
        limits: PlannerLimits = EngineFixture.limits(), adapters: [String]? = nil, gathering: Duration = .zero
    ) {
        var known = AdapterSettings(limit: 3)
        if let adapters {
            known.files = adapters.map { AdapterSettings.File(name: $0, path: "") }
            known.folder = "/nowhere"
        }
        engine = SimulatedEngine(
            model: Self.chat, settings: settings, limits: limits, adapters: known, time: SystemTime(),
            log: EngineFixture.log)
        service = ModelWorkerService(
            engine: engine, embedder: SimulatedEmbeddingEngine(model: Self.embedding),
            defaults: ModelWorkerService.Defaults(temperature: 0.2, maxTokens: 32, gathering: gathering), instance: 77)
    }

    var client: ModelWorkerClient {
        ModelWorkerClient(.inProcess(table: service.methods, caller: .orchestrator))
    }
    var admin: ModelWorkerAdminClient {
        ModelWorkerAdminClient(.inProcess(table: service.methods, caller: .modelWorker.admin))
    }

    /// Fails a test that hangs, and no other: a minute is longer than any of these takes.
    static func context() -> CallContext {
        var random = SystemRandomNumberGenerator()
        return CallContext(
            deadline: .after(.seconds(60), from: SystemTime().now()), trace: TraceContext(random: &random))
    }

    static func turn(_ number: UInt64) -> TurnID { TurnID(UUIDv7(digest: number, number)) }

    static func request(
        _ text: String = "Hello there", turn: UInt64 = 1, epoch: UInt32 = 1, max: UInt32 = 8, salt: UInt8 = 1
    ) -> GenerateRequest {
        GenerateRequest(
            turnID: Self.turn(turn), epoch: epoch, model: chat,
            messages: [PromptMessage(role: "user", content: text)],
            tenantSalt: [UInt8](repeating: salt, count: 16), workClass: .standard, sampling: Sampling(seed: 5),
            maxCompletionTokens: max)
    }
}

/// One `Generate` call, read to its end.
struct Answer: Sendable {
    var started: GenerateStarted?
    var text = ""
    var ids: [UInt32] = []
    var pieces = 0
    var finished: GenerateFinished?
    var nextIndex: UInt32?
}

extension ModelWorkerClient {
    func read(_ request: GenerateRequest) async throws -> Answer {
        try await generate(request, WorkerFixture.context()) { reader in
            var answer = Answer()
            while let element = try await reader.next() {
                switch element {
                case .tokens(let chunk):
                    answer.text += String(buffer: chunk.text)
                    answer.ids += chunk.ids
                    answer.pieces += 1
                    answer.nextIndex = chunk.seq + UInt32(chunk.ids.count)
                case .event(let event):
                    switch event.kind {
                    case .started(let started): answer.started = started
                    case .finished(let finished): answer.finished = finished
                    case .logprobs, nil: break
                    }
                }
            }
            return answer
        }
    }

    /// The failure that a call ends with.
    func refusal(_ request: GenerateRequest) async -> Failure? {
        do {
            _ = try await read(request)
            return nil
        } catch {
            return error as? Failure
        }
    }
}
