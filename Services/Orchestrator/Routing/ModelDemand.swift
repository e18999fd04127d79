// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import OrchestratorScheduling
import Primitives

/// What is asked of one model's workers, and what they can give: the signal that autoscalers follow.
struct ModelDemand: Hashable, Sendable {
    var readyWorkers = 0
    /// Requests that wait at workers, as they say.
    var waiting = 0
    /// Requests that stand in line in this process.
    var queued = 0
    var running = 0
    var places = 0
    /// Cache tokens that running answers could still be given, and all there are. Zero of zero where workers do not
    /// say.
    var freeCache: UInt64 = 0
    var totalCache: UInt64 = 0
    /// How full the caches are, 0 to 1.
    var cacheUse: Double { totalCache == 0 ? 0 : 1 - Double(min(freeCache, totalCache)) / Double(totalCache) }
    /// Until whoever comes last has a place: the scheduler's own figure, by which it refuses too. nil without a worker.
    var wait: Duration?

    mutating func add(_ report: WorkerReport) {
        readyWorkers += 1
        waiting += Int(report.waiting)
        running += Int(report.running)
        places += Int(report.maxRunning)
        freeCache = Self.sum(freeCache, report.freeCacheTokens)
        totalCache = Self.sum(totalCache, report.totalCacheTokens)
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
    /// Every model's demand now. Models that nobody serves at present are there with nothing. One hold of the lock for
    /// each model, and not one for all: turns go on between them.
    func demand() -> [String: ModelDemand] {
        var demands: [String: ModelDemand] = [:]
        for model in models {
            let (ready, waiting, wait) = demand(of: PoolName(model: model.name, kind: model.kind))
            // Where nobody is ready, those who wait are held, and counted as such.
            var demand = ModelDemand(queued: ready.isEmpty ? 0 : waiting, wait: wait)
            for case let report? in ready.map(\.report) { demand.add(report) }
            demands[model.name] = demand
        }
        return demands
    }

    /// What a route sees of a model: the same wait by which a request would be refused.
    func standing(of model: String, for serviceClass: ServiceClass, _ tenant: UInt64) -> ModelStanding {
        let wait = wait(for: PoolName(model: model, kind: .chat), serviceClass, of: tenant)
        return ModelStanding(isReady: wait != nil, wait: wait ?? .zero)
    }
}
