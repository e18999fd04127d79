// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import OrchestratorScheduling
import Primitives

/// What is asked of one model's workers, and what they can give: the signal that autoscalers follow.
struct ModelDemand: Hashable, Sendable {
    var readyWorkers = 0
    /// Requests that wait at workers, as they say.
    var waiting = 0
    var running = 0
    var places = 0
    /// Cache tokens that running answers could still be given, and all there are. Zero of zero where workers do not
    /// say.
    var freeCache: UInt64 = 0
    var totalCache: UInt64 = 0
    /// How full the caches are, 0 to 1.
    var cacheUse: Double { totalCache == 0 ? 0 : 1 - Double(min(freeCache, totalCache)) / Double(totalCache) }
    /// The least time until a first token could come, over the ready workers.
    var wait: Duration?

    /// A queue ahead of a request is as long as its answers; what is assumed of one that nobody has measured.
    static let usualAnswer = Duration.seconds(2)

    mutating func add(_ worker: WorkerRecord, _ report: WorkerReport) {
        readyWorkers += 1
        waiting += Int(report.waiting)
        running += Int(report.running)
        places += Int(report.maxRunning)
        freeCache = Self.sum(freeCache, report.freeCacheTokens)
        totalCache = Self.sum(totalCache, report.totalCacheTokens)
        let ahead = max(0, worker.depth + 1 - Int(report.maxRunning))
        let mine = Self.usualAnswer * ahead / max(1, Int(report.maxRunning))
        wait = min(wait ?? mine, mine)
    }
}

extension ModelDemand {
    /// What workers say is not believed so far that it could end this process.
    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}

extension FleetRegistry {
    /// Every model's demand now. Models that nobody serves at present are there with nothing.
    func demand(at now: MonotonicInstant) -> [String: ModelDemand] {
        var demand: [String: ModelDemand] = [:]
        for model in models { demand[model.name] = ModelDemand() }
        for worker in workers {
            guard let report = worker.report, !report.isDraining, !worker.isEjected(at: now) else { continue }
            for model in report.models { demand[model.name, default: ModelDemand()].add(worker, report) }
        }
        return demand
    }

    /// What a route sees of a model.
    func standing(of model: String, at now: MonotonicInstant) -> ModelStanding {
        var demand = ModelDemand()
        for worker in workers {
            guard let report = worker.report, !report.isDraining, !worker.isEjected(at: now),
                report.models.contains(where: { $0.name == model })
            else { continue }
            demand.add(worker, report)
        }
        return ModelStanding(isReady: demand.readyWorkers > 0, wait: demand.wait ?? .zero)
    }
}
