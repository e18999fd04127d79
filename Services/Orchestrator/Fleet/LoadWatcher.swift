// SPDX-License-Identifier: Apache-2.0

import Clients
package import Logging
package import Loops
import Messages
import OrchestratorScheduling
package import Primitives
import RPC
import ServiceLifecycle

/// Listens to every worker's load and tells the fleet.
///
/// Workers come and go with their addresses. One stream per worker, opened again with growing pauses when it breaks. A
/// worker whose stream is broken takes no new work from us: a report that cannot arrive is the first sign of a worker
/// that is gone.
package struct LoadWatcher: Service {
    private static let pauses = (first: Duration.milliseconds(50), longest: Duration.seconds(1))
    private let fleet: FleetRegistry
    private let workers: any WorkerDirectory
    private let warmUp: PrefixWarmUp
    /// Where workers are listened to, in turn: a report is taken in on the loop it arrives on (decision 131).
    private let executors: [LoopExecutor]
    private let time: any TimeSource
    private let logger: Logger

    package init(
        fleet: FleetRegistry, workers: any WorkerDirectory, warmUp: PrefixWarmUp, executors: [LoopExecutor],
        time: any TimeSource, logger: Logger
    ) {
        precondition(!executors.isEmpty, "workers need a loop to be heard on")
        self.fleet = fleet
        self.workers = workers
        self.warmUp = warmUp
        self.executors = executors
        self.time = time
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await measure() }
                var watched: [WorkerAddress: AsyncStream<Never>.Continuation] = [:]
                var next = 0
                for await addresses in workers.changes() {
                    fleet.follow(addresses)
                    let present = Set(addresses)
                    for (worker, mark) in watched where !present.contains(worker) {
                        mark.finish()
                        watched[worker] = nil
                    }
                    for worker in present where watched[worker] == nil {
                        let (gone, mark) = AsyncStream<Never>.makeStream()
                        watched[worker] = mark
                        let executor = executors[next % executors.count]
                        next += 1
                        group.addTask(executorPreference: executor) { await watch(worker, until: gone) }
                    }
                }
                group.cancelAll()
            }
        }
    }

    /// Writes the fleet's gauges once a second, off the path of requests.
    private func measure() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil { fleet.measure() }
    }

    private func watch(_ worker: WorkerAddress, until gone: AsyncStream<Never>) async {
        let (lives, live) = AsyncStream<[ServedModel]>.makeStream(bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask { await watch(worker, live) }
            group.addTask { for await models in lives { await warmUp.warm(worker, models: models) } }
            for await _ in gone {}
            group.cancelAll()
        }
    }

    /// - Parameter live: told the models of a worker that is heard for the first time in its life.
    private func watch(_ worker: WorkerAddress, _ live: AsyncStream<[ServedModel]>.Continuation) async {
        var pause = Self.pauses.first
        var instance: UInt64?
        while !Task.isCancelled {
            do {
                try await listen(to: worker) { report in
                    pause = Self.pauses.first
                    guard report.instance != instance, !report.isDraining else { return }
                    instance = report.instance
                    live.yield(report.models)
                }
                logger.notice("a worker ended its load stream", metadata: ["worker": "\(worker)"])
            } catch {
                if !Task.isCancelled {
                    logger.info("a worker is not heard", metadata: ["worker": "\(worker)", "error": "\(error)"])
                }
            }
            fleet.lost(worker)
            // Cancelled while asleep: the loop's condition ends it.
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
    }

    private func listen(to worker: WorkerAddress, _ heard: (WorkerReport) -> Void) async throws {
        var random = SystemRandomNumberGenerator()
        // Lives as long as the connection: WatchLoad has no deadline.
        let context = CallContext(
            deadline: .distantFuture, trace: TraceContext(random: &random, isSampled: false),
            requestID: "watch-\(worker)")
        try await workers.client(of: worker).watchLoad(WatchLoadRequest(), context) { reports in
            while let report = try await reports.nextEvent() {
                let report = WorkerReport(report)
                // The stream is opened anew, and its first report names every block.
                let isGap = fleet.heard(report, from: worker) == .gap
                heard(report)
                if isGap { return }
            }
        }
    }
}

extension WorkerReport {
    init(_ report: LoadReport) {
        // What a worker in front of another server guesses before its first request is no measurement.
        let isMeasured = report.paceSamples != 0
        self.init(
            instance: report.instance, sequence: report.sequence, waiting: report.waiting, running: report.running,
            maxRunning: report.maxRunning, freeCacheTokens: report.freeCacheTokens,
            totalCacheTokens: report.totalCacheTokens,
            prefillTokensPerSecond: isMeasured ? report.prefillTokensPerSecond : 0,
            stepMicroseconds: isMeasured ? report.stepUsByBatch : [], isDraining: report.isDraining,
            models: report.models.compactMap(ServedModel.init), insertedBlocks: report.insertedBlocks,
            evictedBlocks: report.evictedBlocks)
    }
}

extension ServedModel {
    /// nil for a kind this build has no use for.
    init?(_ model: LoadedModel) {
        guard let kind = Kind(rawValue: model.kind) else { return nil }
        self.init(
            name: model.name, kind: kind, contextTokens: model.contextTokens, tokenizer: model.tokenizer,
            createdAt: Timestamp(microseconds: model.createdAtUs), base: model.baseModel)
    }
}
