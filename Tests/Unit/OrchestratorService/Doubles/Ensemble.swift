// SPDX-License-Identifier: Apache-2.0

import Clients
import Logging
import Loops
import Messages
import NIOCore
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
import RPC
import Synchronization
import TestKit

@testable import OrchestratorService

/// The orchestrator with doubles of everybody it talks to, all in one process.
final class Ensemble: Sendable {
    /// What a worker is to do, and what it saw.
    struct Worker: Sendable {
        var chunks: [String] = ["Hel", "lo", "!"]
        /// Fails before the chunk with this index; equal to the count means at the end.
        var failsAt: Int?
        var failure = Failure(.unavailable, "The worker is gone.", reason: "worker_lost")
        /// Milliseconds before every chunk.
        var pause = 0
        var finish = GenerateFinished(finishReason: "stop", usage: Usage())
        /// Before the first chunk; the number of the call comes in.
        var stall: @Sendable (Int) async throws -> Void = { _ in }
        /// Whether the ids of tokens are told.
        var tellsTokens = true
        /// Tells of every chunk how likely it was.
        var tellsLogprobs = false
        /// Answers so instead.
        var seeded: SeededAnswer?
        /// Whether what another worker began is refused now.
        var refusesReplays: @Sendable () -> Bool = { false }
        var requests: [GenerateRequest] = []
        var cancelled = 0
    }

    struct Billing: Sendable {
        var reserve: Failure?
        /// Milliseconds before a reservation is made.
        var pause = 0
        var settle: Failure?
        var reserved: [ReserveRequest] = []
        var settled: [SettleRequest] = []
        var released: [ReleaseRequest] = []
    }

    struct Judge: Sendable {
        var input = Verdict(action: .allow)
        var inputFailure: Failure?
        /// Text in answers that is replaced by "[x]".
        var forbidden: String?
        var stopAt: String?
        /// Ends the stream with a failure at this chunk.
        var failsAt: Int?
        var mode = FailMode.closed
    }

    let turns = MemoryTurns()
    let log = MemoryLog()
    let workers: [WorkerAddress: Mutex<Worker>.Box]
    let billing = Mutex<Billing>.Box(Billing())
    let judge = Mutex<Judge>.Box(Judge())
    let passages = Mutex<Result<[Citation], Failure>>.Box(.success([]))
    let identifiers: any IdentifierSource = SequentialIdentifiers()
    let principal: Principal
    let parts: OrchestratorParts
    let service: OrchestratorService
    let client: OrchestratorClient
    let admin: OrchestratorAdminClient
    private let transports: [InProcessTransport]

    init(
        workers count: Int = 2, hedging perMille: Int = 0, bounds change: (inout TurnBounds) -> Void = { _ in }
    ) {
        var hedging = FirstTokenHedging.Rules()
        hedging.perMille = perMille
        hedging.least = .milliseconds(5)
        var bounds = TurnBounds()
        bounds.placementWait = .milliseconds(50)
        bounds.continuationWait = .milliseconds(50)
        bounds.logInterval = .milliseconds(1)
        change(&bounds)
        let time = SystemTime()
        let logger = Logger(label: "orchestrator") { _ in SwiftLogNoOpLogHandler() }
        let ids = identifiers
        principal = Principal(
            organisation: ids.make(), project: ids.make(), user: ids.make(), key: nil, plan: .enterprise,
            scopes: ["chat:write"])
        let addresses = (0..<count).map { WorkerAddress(rawValue: "worker:\($0)") }
        workers = Dictionary(uniqueKeysWithValues: addresses.map { ($0, Mutex<Worker>.Box(Worker())) })
        var transports: [InProcessTransport] = []
        func connect(_ table: MethodTable, as caller: PeerName = .orchestrator) -> RPCClient {
            let transport = InProcessTransport(table: table, caller: caller)
            transports.append(transport)
            return transport.client
        }
        var clients: [WorkerAddress: ModelWorkerClient] = [:]
        for (address, box) in workers { clients[address] = ModelWorkerClient(connect(Self.worker(box))) }
        let fleet = FleetRegistry(
            FleetState(workers: addresses), time: time)
        for (index, address) in addresses.enumerated() {
            fleet.heard(
                WorkerReport(
                    instance: UInt64(index + 1),
                    models: [
                        ServedModel(
                            name: "m", kind: .chat, contextTokens: 2_048, createdAt: Timestamp(microseconds: 10)),
                        ServedModel(name: "e", kind: .embedding, contextTokens: 512),
                    ]), from: address)
        }
        let outage = OutagePolicies(fallback: .closed)
        let directory = Directory(clients: clients)
        let billingClient = BillingClient(connect(Self.billing(billing)))
        parts = OrchestratorParts(
            bounds: bounds, turns: turns, keeper: turns, log: log, conversations: MemoryConversations(turns),
            cache: NoCache(), fleet: fleet, hedging: FirstTokenHedging(hedging), workers: directory,
            warmUp: PrefixWarmUp(most: 8, workers: directory, time: time, identifiers: ids, logger: logger),
            billing: billingClient, moderation: ModerationClient(connect(Self.moderation(judge))),
            retriever: RetrieverClient(connect(Self.retriever(passages))),
            runner: TurnRunner(
                log: log, outage: outage, bounds: bounds, executors: [.shared], time: time, logger: logger),
            relay: OutboxRelay(
                keeper: turns, billing: billingClient, settleWait: .milliseconds(500), time: time,
                identifiers: ids, logger: logger),
            opening: OpeningLine(places: bounds.maxOpening, patience: bounds.openingWait, time: time),
            outage: outage, unreserved: Bulkhead(limit: 1), embeddings: Bulkhead(limit: 2),
            routes: RouteBook(store: MemoryRoutes(), interval: .seconds(1), time: time, logger: logger),
            held: HeldTurns(limit: 1, patience: .seconds(5), known: ["resting"]), process: ids.next(),
            time: time, identifiers: ids, logger: logger)
        service = OrchestratorService(parts)
        client = OrchestratorClient(connect(service.methods, as: .gateway))
        admin = OrchestratorAdminClient(connect(service.methods, as: PeerName.orchestrator.admin))
        self.transports = transports
    }

    /// Runs `body` while the turn runner runs.
    func run<T: Sendable>(_ body: @escaping @Sendable (Ensemble) async throws -> T) async throws -> T {
        try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try await self.parts.runner.run()
                return nil
            }
            group.addTask { try await body(self) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw Failure(.internal, "The runner ended.", reason: "test")
        }
    }

    func context(_ principal: Principal? = nil, seconds: Int64 = 10) -> CallContext {
        CallContext(
            deadline: .after(.seconds(seconds), from: SystemTime().now()),
            trace: TraceContext(traceHigh: 1, traceLow: 1, span: 1, isSampled: false), requestID: "test",
            principal: principal ?? self.principal)
    }

    func request(_ texts: String..., id: TurnID? = nil) -> StartTurnRequest {
        StartTurnRequest(
            turnID: id ?? identifiers.make(), model: "m",
            messages: texts.enumerated().map {
                PromptMessage(role: $0.offset % 2 == 0 ? "user" : "assistant", content: $0.element)
            }, sampling: Sampling())
    }

    /// What a caller was told.
    struct Told: Sendable {
        var started: TurnStarted?
        var citations: TurnCitations?
        var text = ""
        var tokens: UInt32 = 0
        var finished: TurnFinished?
        var logprobs: [AnswerLogprobs] = []
        /// Whether every probability came before its token.
        var logprobsWereEarly = true
    }

    func start(_ request: StartTurnRequest, as principal: Principal? = nil) async throws -> Told {
        try await client.startTurn(request, context(principal)) { try await Self.collect($0) }
    }

    static func collect(_ events: StreamReader<TurnEvent>) async throws -> Told {
        var told = Told()
        while let element = try await events.next() {
            switch element {
            case .tokens(let chunk):
                told.text += String(buffer: chunk.text)
                told.tokens += UInt32(chunk.count)
            case .event(let event):
                switch event.kind {
                case .started(let started): told.started = started
                case .citations(let citations): told.citations = citations
                case .finished(let finished): told.finished = finished
                case .logprobs(let logprobs):
                    told.logprobsWereEarly = told.logprobsWereEarly && logprobs.seq >= told.tokens
                    told.logprobs.append(logprobs)
                case nil: break
                }
            }
        }
        return told
    }
}

struct Directory: WorkerDirectory {
    let clients: [WorkerAddress: ModelWorkerClient]
    func client(of worker: WorkerAddress) -> ModelWorkerClient {
        guard let client = clients[worker] else { preconditionFailure("no such worker: \(worker)") }
        return client
    }
    func isReadyHere(_ worker: WorkerAddress) -> Bool { true }
    func bulkClient(of worker: WorkerAddress) -> ModelWorkerClient { client(of: worker) }
    func changes() -> AsyncStream<[WorkerAddress]> {
        AsyncStream { continuation in continuation.yield(Array(clients.keys)) }
    }
}

extension Mutex where Value: Sendable {
    /// A lock that can be passed around.
    final class Box: Sendable {
        private let mutex: Mutex<Value>
        init(_ value: Value) { mutex = Mutex(value) }
        var value: Value { mutex.withLock { $0 } }
        @discardableResult
        func change<R: Sendable>(_ body: (inout Value) throws -> R) rethrows -> R {
            try mutex.withLock { try body(&$0) }
        }
    }
}
