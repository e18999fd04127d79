// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What one model's workers can give, and how long that takes: for those who wait, for routes and for autoscalers.
extension FleetState {
    /// A pace this old is worked out again: for a thousand workers it takes some fifty microseconds.
    private static let paceAge = Duration.milliseconds(10)

    mutating func pace(of pool: PoolName, at now: MonotonicInstant) -> PoolPace {
        if let known = paces[pool], now - known.at < Self.paceAge { return known.pace }
        var pace = PoolPace()
        let seen = seen[pool] ?? SeenPace()
        members(of: pool).forEach { slot in
            if let worker = slots[slot] { pace.add(worker, beside: seen) }
        }
        paces[pool] = (now, pace)
        return pace
    }

    /// How long a request that comes now would stand in line, in seconds, if no worker has a place for it.
    mutating func expectedWait(_ request: WorkRequest, at now: MonotonicInstant) -> Double {
        pace(of: request.pool, at: now).wait(
            behind: lines(beside: request.pool).reduce(0) {
                $0 + $1.seconds(before: request.serviceClass, of: request.tenant)
            })
    }

    /// The same of one that is not asked yet; nothing while a worker has a place. nil when none is ready.
    package mutating func wait(
        for pool: PoolName, _ serviceClass: ServiceClass, of tenant: UInt64, at now: MonotonicInstant
    ) -> Duration? {
        wait(for: pool, at: now) { $0.seconds(before: serviceClass, of: tenant) }
    }

    /// Until whoever comes last of all would have a place: the length of the model's whole line, as an autoscaler asks.
    package mutating func wait(for pool: PoolName, at now: MonotonicInstant) -> Duration? {
        wait(for: pool, at: now, behind: \.allSeconds)
    }

    private mutating func wait(
        for pool: PoolName, at now: MonotonicInstant, behind: (PoolLine) -> Double
    ) -> Duration? {
        sweepIfDue(at: now)
        let members = members(of: pool)
        guard !members.isEmpty else { return nil }
        // Places beside the batch need no waiting for.
        guard pool.kind == .chat, !members.intersects(open) else { return .zero }
        let seconds = pace(of: pool, at: now).wait(behind: lines(beside: pool).reduce(0) { $0 + behind($1) })
        return .nanoseconds(Int64(min(seconds, 1e6) * 1e9))
    }

    /// The workers of one model that take work.
    package mutating func readyWorkers(of pool: PoolName, at now: MonotonicInstant) -> [WorkerRecord] {
        sweepIfDue(at: now)
        return members(of: pool).members.compactMap { slots[$0] }
    }

    private func members(of pool: PoolName) -> WorkerSet { pools[pool]?.intersection(ready) ?? WorkerSet() }

    /// How many requests wait here for one model's workers.
    package func waiting(for pool: PoolName) -> Int { queue.line(of: pool).count }

    /// Whether anybody waits for a worker of this model, for its sake or for another's that the worker has too.
    package func isAnybodyWaiting(beside pool: PoolName) -> Bool { lines(beside: pool).contains { $0.count > 0 } }

    /// The lines at one model's workers: its own, and those of other models that they serve, such as its adapters.
    private func lines(beside pool: PoolName) -> [PoolLine] {
        let members = pools[pool] ?? WorkerSet()
        return queue.linedPools.filter { $0 == pool || pools[$0]?.intersects(members) == true }.map(queue.line)
    }

    /// One worker as it is known, if it is here.
    package func worker(_ address: WorkerAddress) -> WorkerRecord? { slotOf[address].flatMap { slots[$0] } }

    /// A call has ended well: how long it held its place, beside how long it was likely to.
    mutating func noteService(_ job: FleetJob, at now: MonotonicInstant) {
        guard let worker = slots[job.slot] else { return }
        // What was a guess is known now.
        if !worker.rates.hasService { paces = [:] }
        let batch = Int(clamping: max(1, min(worker.report?.maxRunning ?? 1, UInt32(Int16.max))))
        let estimate = worker.rates.seconds(
            uncached: Double(job.uncachedTokens), output: Double(job.expectedTokens), batch: batch,
            beside: seen[job.pool] ?? SeenPace())
        slots[job.slot]?.rates.sawService(
            seconds: Double(now.nanoseconds &- job.dispatchedAt) / 1e9, estimate: estimate)
    }
}
