// SPDX-License-Identifier: Apache-2.0

import Clients
import Loops
import NIOCore
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
import RPC
package import ServiceKit
import Settings
import Transport
import Wire

extension OrchestratorService {
    /// Puts the service together in its process: stores, peers, the fleet, and what runs beside the handlers.
    ///
    /// Parts start in this order and stop in reverse, so that turns have come to their end, and their settlements have
    /// been written and told, before stores and connections close.
    package static func start(in process: ServiceProcess<OrchestratorConfiguration>) {
        let settings = process.configuration
        let database = process.postgres()
        let redis = process.redis()
        let connections = process.connections(of: .modelWorker)
        let workers = WorkerConnections(connections)
        let fleet = FleetRegistry(
            FleetState(
                workers: connections.addresses.map { WorkerAddress(rawValue: "\($0)") },
                rules: settings.scheduling),
            time: process.time)
        let log = TurnLogStore(redis)
        let keeper = KeeperStore(database)
        let billing = BillingClient(process.client(of: .billing))
        let outage = OutagePolicies(fallback: settings.moderationFallback)
        let relay = OutboxRelay(
            keeper: keeper, billing: billing, settleWait: settings.bounds.settleWait, time: process.time,
            identifiers: process.identifiers, logger: process.logger)
        let executors = process.loops.makeIterator().map { LoopExecutor.of($0) }
        let runner = TurnRunner(
            log: log, outage: outage, bounds: settings.bounds, executors: executors, time: process.time,
            logger: process.logger)
        let routes = RouteBook(
            store: RouteStore(database), interval: settings.routeInterval, time: process.time, logger: process.logger)
        let held = HeldTurns(
            limit: settings.hold.turns, patience: settings.hold.patience, known: settings.hold.modelsAtZero)
        let warmUp = PrefixWarmUp(
            most: settings.warmedPrefixes, workers: workers, time: process.time, identifiers: process.identifiers,
            logger: process.logger)
        let parts = OrchestratorParts(
            bounds: settings.bounds, turns: TurnStore(database), keeper: keeper, log: log,
            conversations: ConversationStore(database), cache: ConversationCache(redis),
            fleet: fleet, hedging: FirstTokenHedging(settings.hedging), workers: workers, warmUp: warmUp,
            billing: billing,
            moderation: ModerationClient(process.client(of: .moderation)),
            retriever: RetrieverClient(process.client(of: .retriever)), runner: runner, relay: relay,
            opening: OpeningLine(
                places: settings.bounds.maxOpening, patience: settings.bounds.openingWait, time: process.time),
            outage: outage, unreserved: Bulkhead(limit: settings.bounds.unreservedLimit),
            embeddings: Bulkhead(limit: settings.embedConcurrency), routes: routes, held: held,
            process: process.identifiers.next(),
            time: process.time, identifiers: process.identifiers, logger: process.logger)
        process.add(
            LoadWatcher(
                fleet: fleet, workers: workers, warmUp: warmUp, executors: executors, time: process.time,
                logger: process.logger),
            name: "fleet")
        process.add(DemandGauges(fleet: fleet, held: held), name: "demand")
        process.add(routes, name: "routes")
        process.add(relay, name: "outbox")
        process.add(TurnSweeper(parts, interval: settings.sweepInterval), name: "sweeper")
        process.add(runner, name: "turns")
        // Where models may rest, nobody would be let in to wake them.
        if settings.hold.modelsAtZero.isEmpty { process.health.expect("workers") { fleet.hasReadyWorker } }
        process.serve(OrchestratorService(parts).methods)
    }
}

/// The pinned clients of the workers that the settings' places lead to.
struct WorkerConnections: WorkerDirectory {
    private let connections: RPCConnections
    /// For a worker that went between its choice and the call: refuses at once, so that another one is tried.
    private let gone: ModelWorkerClient

    init(_ connections: RPCConnections) {
        self.connections = connections
        let pool = ConnectionPool(loop: .shared, limits: .standard)
        pool.retire()
        gone = ModelWorkerClient(RPCClient(service: connections.service, pools: [pool]))
    }

    func isReadyHere(_ worker: WorkerAddress) -> Bool {
        ServiceAddress(worker.rawValue).flatMap(connections.client(pinnedTo:))?.isReadyHere ?? false
    }

    func client(of worker: WorkerAddress) -> ModelWorkerClient {
        ServiceAddress(worker.rawValue).flatMap(connections.client(pinnedTo:)).map { ModelWorkerClient($0) } ?? gone
    }

    func bulkClient(of worker: WorkerAddress) -> ModelWorkerClient {
        ServiceAddress(worker.rawValue).flatMap(connections.bulk(pinnedTo:)).map { ModelWorkerClient($0) } ?? gone
    }

    func changes() -> AsyncStream<[WorkerAddress]> {
        connections.addressChanges { addresses in addresses.map { WorkerAddress(rawValue: "\($0)") } }
    }
}
