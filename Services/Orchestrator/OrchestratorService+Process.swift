// SPDX-License-Identifier: Apache-2.0

import Clients
import Loops
import NIOCore
import OrchestratorDomain
import Primitives
import RPC
package import ServiceKit
import Settings
import Transport

extension OrchestratorService {
    /// Puts the service together in its process: stores, peers, the fleet, and what runs beside the handlers.
    ///
    /// Parts start in this order and stop in reverse, so that turns have come to their end, and their settlements have
    /// been written and told, before stores and connections close.
    package static func start(in process: ServiceProcess<OrchestratorConfiguration>) {
        let settings = process.configuration
        let database = process.postgres()
        let redis = process.redis()
        let addresses = (process.standard.peers[.modelWorker] ?? []).map { WorkerAddress(rawValue: "\($0)") }
        let workers = WorkerConnections(process.connections(of: .modelWorker))
        let fleet = FleetRegistry(
            FleetState(
                workers: addresses, slack: settings.stickySlack, affinityCapacity: settings.affinityCapacity),
            time: process.time)
        let log = TurnLogStore(redis)
        let keeper = KeeperStore(database)
        let billing = BillingClient(process.client(of: .billing))
        let outage = OutagePolicies(fallback: settings.moderationFallback)
        let relay = OutboxRelay(
            keeper: keeper, billing: billing, settleWait: settings.bounds.settleWait, time: process.time,
            identifiers: process.identifiers, logger: process.logger)
        let runner = TurnRunner(
            log: log, outage: outage, bounds: settings.bounds,
            executors: process.loops.makeIterator().map { LoopExecutor.of($0) }, time: process.time,
            logger: process.logger)
        let parts = OrchestratorParts(
            bounds: settings.bounds, turns: TurnStore(database), keeper: keeper, log: log,
            conversations: ConversationStore(database), cache: ConversationCache(redis),
            affinity: AffinityStore(redis), fleet: fleet, workers: workers, billing: billing,
            moderation: ModerationClient(process.client(of: .moderation)),
            retriever: RetrieverClient(process.client(of: .retriever)), runner: runner, relay: relay,
            opening: OpeningLine(
                places: settings.bounds.maxOpening, patience: settings.bounds.openingWait, time: process.time),
            outage: outage, unreserved: Bulkhead(limit: settings.bounds.unreservedLimit),
            embeddings: Bulkhead(limit: settings.embedConcurrency), process: process.identifiers.next(),
            time: process.time, identifiers: process.identifiers, logger: process.logger)
        process.add(
            LoadWatcher(fleet: fleet, workers: workers, time: process.time, logger: process.logger), name: "fleet")
        process.add(relay, name: "outbox")
        process.add(TurnSweeper(parts, interval: settings.sweepInterval), name: "sweeper")
        process.add(runner, name: "turns")
        process.health.expect("workers") { fleet.hasReadyWorker }
        process.serve(OrchestratorService(parts).methods)
    }
}

/// The pinned clients of the static list of workers.
struct WorkerConnections: WorkerDirectory {
    private let clients: [WorkerAddress: ModelWorkerClient]
    /// For an address that is not on the list, which the fleet never names: the balanced client serves.
    private let fallback: ModelWorkerClient

    init(_ connections: RPCConnections) {
        var clients: [WorkerAddress: ModelWorkerClient] = [:]
        for address in connections.addresses {
            if let client = connections.client(pinnedTo: address) {
                clients[WorkerAddress(rawValue: "\(address)")] = ModelWorkerClient(client)
            }
        }
        self.clients = clients
        fallback = ModelWorkerClient(connections.client)
    }

    func client(of worker: WorkerAddress) -> ModelWorkerClient { clients[worker] ?? fallback }
}
