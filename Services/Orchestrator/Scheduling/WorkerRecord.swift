// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A worker as the fleet knows it: its last report, and what we ourselves have sent it since.
package struct WorkerRecord: Sendable {
    package let address: WorkerAddress
    /// nil until the first report, and again when its load stream breaks.
    package private(set) var report: WorkerReport?
    package private(set) var reportedAt: MonotonicInstant?
    package var ledger = WorkLedger()
    package var rates = WorkerRates()
    package private(set) var breaker = Breaker()
    /// Its number in the prefix index, for this life.
    package var holder: PrefixIndex.Holder?
    /// Calls we started, less those we ended, since the last report: what the report cannot know yet.
    private var sinceReport = 0
    /// A worker that joined a running fleet: it gets its full share from then on.
    private var warmFrom: (since: MonotonicInstant, until: MonotonicInstant)?
    /// When a tenant within its share last got a place here, by class: in nanoseconds, of this class or one above.
    private var sharedAt = SIMD4<UInt64>.zero
    /// Prompt tokens that were new to it, with their beginning: what has settled in its cache of late.
    private var settled: RecentSum
    private let emptySum: RecentSum
    /// Its address is gone; calls of ours may still run on it.
    package var isLeaving = false {
        didSet { if isLeaving { lost() } }
    }

    /// The address as a number, for rendezvous hashing: the same in every process.
    package let nameHash: UInt64

    package init(address: WorkerAddress, rules: SchedulingRules) {
        self.address = address
        emptySum = RecentSum(window: rules.settling)
        settled = emptySum
        // FNV-1a; Swift's own hash is seeded anew in every process.
        nameHash = address.rawValue.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// The life of it that was last heard, also while its load stream is broken: a stream that is opened anew is not a
    /// worker that has started anew.
    package private(set) var instance: UInt64?

    package var inFlight: Int { ledger.inFlight + ledger.beside }
    package func isEjected(at now: MonotonicInstant) -> Bool { !breaker.allows(at: now) }

    /// How many calls are in its batch or wait for it there.
    ///
    /// The report is corrected by what we did since; our own count is the floor, because a report that crossed our
    /// call on the way has not seen it.
    package var depth: Int {
        let reported = report.map { Int($0.waiting) + Int($0.running) } ?? 0
        return max(ledger.inFlight, reported + sinceReport)
    }

    /// How many calls it may have at once.
    package func places(_ rules: SchedulingRules, at now: MonotonicInstant) -> Int {
        let all = max(1, Int(report?.maxRunning ?? 1)) + rules.workerQueue
        guard let warmFrom, now < warmFrom.until else { return all }
        let share = (now - warmFrom.since).inSeconds / (warmFrom.until - warmFrom.since).inSeconds
        return max(1, Int(Double(all) * share))
    }

    /// How many of its places are kept from a tenant of this class that is past its share.
    package func kept(
        from serviceClass: ServiceClass, _ rules: SchedulingRules, places: Int, at now: MonotonicInstant
    ) -> Int {
        let shared = MonotonicInstant(nanoseconds: sharedAt[serviceClass.rawValue])
        return shared.nanoseconds > 0 && now - shared < rules.keptFor ? rules.keptPlaces(of: places) : 0
    }

    /// Whether a tenant of this class that is past its share may come though nothing of it is held here: nobody
    /// within his share was here of late, or half of the places are free.
    package func isSpare(for serviceClass: ServiceClass, _ rules: SchedulingRules, at now: MonotonicInstant) -> Bool {
        let shared = MonotonicInstant(nanoseconds: sharedAt[serviceClass.rawValue])
        return shared.nanoseconds == 0 || now - shared >= rules.keptFor || 2 * depth <= places(rules, at: now)
    }

    /// A tenant within its share has work here now.
    package mutating func sharedBy(_ serviceClass: ServiceClass, at now: MonotonicInstant) {
        for lane in serviceClass.rawValue..<ServiceClass.allCases.count { sharedAt[lane] = now.nanoseconds }
    }

    /// A prompt begins here whose beginning its cache does not hold.
    mutating func settles(tokens: Int, at now: MonotonicInstant) { settled.add(Double(tokens), at: now) }
    /// One that began here is not held after all.
    mutating func unsettles(tokens: Int, at now: MonotonicInstant) { settled.take(Double(tokens), at: now) }
    func settledTokens(at now: MonotonicInstant) -> Double { settled.value(at: now) }

    /// Whether prompt and expected answer fit beside those it has. One always may try: the worker knows better.
    package func hasRoom(for tokens: Int) -> Bool {
        guard let total = report?.totalCacheTokens, total > 0, ledger.inFlight > 0 else { return true }
        return ledger.reservedTokens + tokens <= Int(clamping: total)
    }

    package mutating func heard(_ new: WorkerReport, at now: MonotonicInstant, warmUp: Duration?) {
        guard !isLeaving else { return }
        // A new process at the same address has none of the old one's faults.
        if instance != new.instance {
            breaker = Breaker()
            settled = emptySum
            if let warmUp { warmFrom = (now, now + warmUp) }
        }
        instance = new.instance
        report = new
        // They are in the index.
        report?.insertedBlocks = []
        report?.evictedBlocks = []
        reportedAt = now
        sinceReport = 0
        rates.measured(new)
    }

    package mutating func lost() {
        report = nil
        reportedAt = nil
        sinceReport = 0
    }

    package mutating func dispatched(_ job: FleetJob, at now: MonotonicInstant) {
        ledger.dispatched(job)
        if job.kind == .chat { sinceReport += 1 }
        breaker.dispatched(at: now)
    }

    package mutating func finished(_ job: FleetJob, _ outcome: WorkOutcome, at now: MonotonicInstant) {
        ledger.ended(job)
        if job.kind == .chat { sinceReport -= 1 }
        breaker.finished(outcome, at: now)
    }
}
