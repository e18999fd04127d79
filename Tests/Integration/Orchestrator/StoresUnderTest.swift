// SPDX-License-Identifier: Apache-2.0

import Clients
import Logging
import Loops
import Messages
import NIOPosix
import OrchestratorDomain
import OrchestratorScheduling
import Postgres
import Primitives
import RPC
import Redis
import Synchronization
import TestKit

@testable import OrchestratorService

/// A fresh database with our migrations, a Redis, and the orchestrator's parts on top of both. Billing is a double that
/// counts; whoever else is asked is not there.
struct StoresUnderTest {
    final class Ledger: Sendable {
        let settled = Mutex<[SettleRequest]>([])
        let released = Mutex<[ReleaseRequest]>([])
        let isAway = Mutex(false)
    }

    let database: Database
    let redis: RedisClient
    let parts: OrchestratorParts
    let ledger: Ledger
    let fresh: FreshDatabase
    let principal: Principal

    static func run(_ body: (StoresUnderTest) async throws -> Void) async throws {
        let fresh = try await ThrowawayPostgres.shared.database(migrating: ["conversations"])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = Database(fresh.settings(as: "parley_orchestrator"), logger: logger)
        let redis = RedisClient(
            try await ThrowawayRedis.shared.settings(as: "orchestrator"),
            loop: MultiThreadedEventLoopGroup.singleton.any(), logger: logger)
        let under = StoresUnderTest(fresh, database, redis, logger)
        do {
            try await body(under)
        } catch {
            await redis.shutdown()
            await database.shutdown()
            try await fresh.drop()
            throw error
        }
        await redis.shutdown()
        await database.shutdown()
        try await fresh.drop()
    }

    private init(_ fresh: FreshDatabase, _ database: Database, _ redis: RedisClient, _ logger: Logger) {
        let time = SystemTime()
        let identifiers = SystemIdentifiers()
        let ledger = Ledger()
        let nobody = MethodTable()
        let billing = BillingClient(.inProcess(table: Self.billing(ledger), caller: .orchestrator))
        let keeper = KeeperStore(database)
        let log = TurnLogStore(redis)
        let outage = OutagePolicies(fallback: .closed)
        let bounds = TurnBounds()
        self.fresh = fresh
        self.database = database
        self.redis = redis
        self.ledger = ledger
        principal = Self.somebody(identifiers)
        let workers = NoWorkers(client: ModelWorkerClient(.inProcess(table: nobody, caller: .orchestrator)))
        parts = OrchestratorParts(
            bounds: bounds, turns: TurnStore(database), keeper: keeper, log: log,
            conversations: ConversationStore(database), cache: ConversationCache(redis),
            fleet: FleetRegistry(FleetState(workers: []), time: time),
            workers: workers,
            warmUp: PrefixWarmUp(most: 0, workers: workers, time: time, identifiers: identifiers, logger: logger),
            billing: billing, moderation: ModerationClient(.inProcess(table: nobody, caller: .orchestrator)),
            retriever: RetrieverClient(.inProcess(table: nobody, caller: .orchestrator)),
            runner: TurnRunner(
                log: log, outage: outage, bounds: bounds, executors: [.shared], time: time, logger: logger),
            relay: OutboxRelay(
                keeper: keeper, billing: billing, settleWait: .seconds(1), time: time, identifiers: identifiers,
                logger: logger),
            opening: OpeningLine(places: bounds.maxOpening, patience: bounds.openingWait, time: time),
            outage: outage, unreserved: Bulkhead(limit: 1), embeddings: Bulkhead(limit: 1),
            routes: RouteBook(store: RouteStore(database), interval: .seconds(1), time: time, logger: logger),
            held: HeldTurns(limit: 1, patience: .seconds(1), known: []),
            process: identifiers.next(), time: time, identifiers: identifiers, logger: logger)
    }

    static func somebody(_ ids: any IdentifierSource = SystemIdentifiers()) -> Principal {
        Principal(
            organisation: ids.make(), project: ids.make(), user: ids.make(), key: nil, plan: .free, scopes: [])
    }

    private static func billing(_ ledger: Ledger) -> MethodTable {
        var table = MethodTable()
        table.unary(BillingMethods.settle) { request, _ in
            if ledger.isAway.withLock({ $0 }) { throw Failure(.unavailable, "Away.", reason: "away") }
            ledger.settled.withLock { $0.append(request) }
            return SettleReply(chargedMicros: 42, currency: "USD")
        }
        table.unary(BillingMethods.release) { request, _ in
            if ledger.isAway.withLock({ $0 }) { throw Failure(.unavailable, "Away.", reason: "away") }
            ledger.released.withLock { $0.append(request) }
            return ReleaseReply()
        }
        return table
    }

    var deadline: Deadline { .after(.seconds(10), from: SystemTime().now()) }
    var sweeper: TurnSweeper { TurnSweeper(parts, interval: .seconds(5)) }

    /// A turn of an owner that is about to die: its lease has run out already.
    func turn(
        of somebody: Principal? = nil, conversation: ConversationID? = nil, isStored: Bool = false,
        lease: Duration = .seconds(-1)
    ) -> NewTurn {
        let somebody = somebody ?? principal
        return NewTurn(
            organisation: somebody.organisation, turn: parts.identifiers.make(), user: somebody.user,
            project: somebody.project, conversation: conversation, isStored: isStored || conversation != nil,
            model: "m", owner: parts.identifiers.next(), lease: lease)
    }

    func key(_ turn: NewTurn, epoch: UInt32 = 1) -> TurnKey {
        TurnKey(organisation: turn.organisation, turn: turn.turn, epoch: epoch)
    }

    func ended(_ turn: NewTurn, _ end: GenerationEnd, _ tally: TokenTally, text: String? = nil) -> EndedTurn {
        EndedTurn(
            user: turn.user, conversation: turn.conversation, ending: TurnEnding(end, tally: tally), tally: tally,
            item: text.map {
                NewItem(
                    id: parts.identifiers.make(),
                    entry: PromptEntry(.assistant, $0, tokens: [1, 70_000], tokenizer: "t"),
                    model: "m", finishReason: "stop")
            },
            payload: SettleRequest(
                turnID: turn.turn, organisationID: turn.organisation, projectID: turn.project, userID: turn.user,
                model: "m", usage: Usage(tally), outcome: "completed", epoch: 1
            ).withEncoded { Array($0) }, grace: .zero)
    }

    /// Rows of the outbox for one turn, as its tenant sees them.
    func outbox(_ turn: NewTurn) async throws -> Int {
        try await database.query(
            "SELECT kind FROM conversations.outbox WHERE turn_id = \(turn.turn)", tenant: turn.organisation,
            deadline: deadline
        ).count
    }

    func append(_ entries: [TurnLogEntry], to key: TurnKey) async throws -> TurnLogAnswer {
        try await parts.log.append(entries, to: key, keep: .seconds(60), deadline: deadline)
    }
}

struct NoWorkers: WorkerDirectory {
    let client: ModelWorkerClient
    func client(of worker: WorkerAddress) -> ModelWorkerClient { client }
    func isReadyHere(_ worker: WorkerAddress) -> Bool { true }
    func bulkClient(of worker: WorkerAddress) -> ModelWorkerClient { client }
    func changes() -> AsyncStream<[WorkerAddress]> { AsyncStream { $0.finish() } }
}
