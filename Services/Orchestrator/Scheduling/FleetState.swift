// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The fleet as one value: every worker, what is in flight, what waits, and which cache holds what.
///
/// Workers keep their numbers as long as they are here, so that sets of them are words of bits. What changes about one
/// is written into the sets at once (`refresh`); what changes by mere passing of time is looked at every few
/// milliseconds.
package struct FleetState: Sendable {
    private static let sweep = Duration.milliseconds(50)
    /// Workers that one call looks at on the side, so that none of them pays for a large fleet.
    private static let sweptAtOnce = 32

    package let rules: SchedulingRules
    let choice: WorkerChoice
    let filters: WorkerFilters
    /// A free number has nil.
    var slots: [WorkerRecord?] = []
    var nameHashes: [UInt64] = []
    var slotOf: [WorkerAddress: Int] = [:]
    /// By life: the worker that has it.
    var slotOfHolder: [Int: Int] = [:]
    /// Workers that take work.
    var ready = WorkerSet()
    /// Of those, the ones with a place in their batch.
    var open = WorkerSet()
    /// Of those, by class, the ones with a place for tenants past their share too.
    var roomy = ServiceClass.allCases.map { _ in WorkerSet() }
    var pools: [PoolName: WorkerSet] = [:]
    /// How fast workers were seen to be, by model, for those of which nothing was seen yet.
    var seen: [PoolName: SeenPace] = [:]
    private var sweptAt: MonotonicInstant?
    private var sweepPlace = 0
    /// When the first worker of all spoke.
    var firstHeard: MonotonicInstant?
    var index: PrefixIndex
    var queue: WorkQueue
    /// By class.
    var uses: [RecentUse]
    /// When somebody past its share last asked, by class; 0 for never.
    var floodedAt = SIMD4<UInt64>.zero
    var lengths = OutputLengths()
    var jobs: [UInt64: FleetJob] = [:]
    /// Calls in flight by the prefix they share.
    var heat: [UInt64: Int] = [:]
    var nextNumber: UInt64 = 1
    var log: DecisionLog
    /// As they were some milliseconds ago at most.
    var paces: [PoolName: (at: MonotonicInstant, pace: PoolPace)] = [:]
    /// Requests that waited and have been answered, until somebody takes the answers.
    var answers: [(ticket: WaitingWork.Ticket, answer: Result<Placement, PlacementRefusal>)] = []
    /// Every model any worker has offered, with what was last said of it: a fleet that restarts still knows the names.
    package var models: [String: ServedModel] = [:]

    package init(workers addresses: [WorkerAddress], rules: SchedulingRules = SchedulingRules()) {
        self.rules = rules
        choice = WorkerChoice(rules)
        filters = WorkerFilters(rules)
        index = PrefixIndex(bytes: rules.indexBytes, lifetime: Int(rules.indexLifetime.inSeconds))
        queue = WorkQueue(rules)
        uses = ServiceClass.allCases.map { _ in RecentUse(rules) }
        log = DecisionLog(capacity: rules.remembered)
        for address in addresses { join(address) }
    }

    package var workers: [WorkerRecord] { slots.compactMap { $0 } }
    package var waiting: Int { queue.count }
    package func waiting(of serviceClass: ServiceClass) -> Int { queue.count(of: serviceClass) }
    package func gap(of serviceClass: ServiceClass) -> Int { queue.gap(of: serviceClass) }
    package var indexedBlocks: Int { index.count }

    /// The answers to requests that waited, since this was last asked.
    package mutating func takeAnswers() -> [(ticket: WaitingWork.Ticket, answer: Result<Placement, PlacementRefusal>)] {
        guard !answers.isEmpty else { return [] }
        defer { answers = [] }
        return answers
    }

    // MARK: Workers come and go

    /// Makes the fleet that of these addresses. One that is gone takes no new work and is forgotten with its last call;
    /// should it come back before, it is the same again, so that no call is counted down twice.
    package mutating func follow(_ addresses: [WorkerAddress], at now: MonotonicInstant) {
        let present = Set(addresses)
        for slot in slots.indices where slots[slot] != nil {
            let isPresent = slots[slot].map { present.contains($0.address) } ?? false
            slots[slot]?.isLeaving = !isPresent
            refresh(slot, at: now)
            forgetIfGone(slot)
        }
        for address in addresses where slotOf[address] == nil { join(address) }
    }

    private mutating func join(_ address: WorkerAddress) {
        guard slotOf[address] == nil else { return }
        let slot = slots.firstIndex { $0 == nil } ?? slots.count
        if slot == slots.count {
            slots.append(nil)
            nameHashes.append(0)
        }
        let worker = WorkerRecord(address: address, rules: rules)
        slots[slot] = worker
        nameHashes[slot] = worker.nameHash
        slotOf[address] = slot
    }

    private mutating func forgetIfGone(_ slot: Int) {
        guard let worker = slots[slot], worker.isLeaving, worker.ledger.isEmpty else { return }
        endLife(of: slot)
        slotOf[worker.address] = nil
        slots[slot] = nil
        ready.remove(slot)
        open.remove(slot)
        for index in roomy.indices { roomy[index].remove(slot) }
        for name in pools.keys { pools[name]?.remove(slot) }
        queue.releaseAll(of: slot)
    }

    package mutating func lost(_ address: WorkerAddress, at now: MonotonicInstant) {
        guard let slot = slotOf[address] else { return }
        slots[slot]?.lost()
        refresh(slot, at: now)
        queue.releaseAll(of: slot)
        serveImpatient(at: now)
    }

    mutating func endLife(of slot: Int) {
        guard let holder = slots[slot]?.holder else { return }
        index.retire(holder)
        slotOfHolder[holder] = nil
        slots[slot]?.holder = nil
    }

    mutating func beginLife(of slot: Int) {
        endLife(of: slot)
        guard let holder = index.makeHolder() else { return }
        slots[slot]?.holder = holder
        slotOfHolder[holder] = slot
    }

    // MARK: The sets

    /// Writes what is true of a worker into the sets.
    mutating func refresh(_ slot: Int, at now: MonotonicInstant) {
        guard let worker = slots[slot] else { return }
        let isReady = worker.report != nil && filters.standing.allSatisfy { $0.keeps(worker, for: .any, at: now) }
        if isReady != ready.contains(slot) { paces = [:] }
        ready.set(slot, isReady)
        let places = worker.places(rules, at: now)
        let free = isReady ? places - worker.depth : 0
        open.set(slot, free > 0)
        for serviceClass in ServiceClass.allCases {
            let isKept = free > 0 && isFlooded(serviceClass, at: now)
            let kept = isKept ? worker.kept(from: serviceClass, rules, places: places, at: now) : 0
            roomy[serviceClass.rawValue].set(slot, free > kept)
        }
    }

    /// Looks at what time alone changes: silence, pauses of breakers, warm-up.
    mutating func sweepIfDue(at now: MonotonicInstant) {
        if sweepPlace >= slots.count {
            if let sweptAt, now - sweptAt < Self.sweep { return }
            sweptAt = now
            sweepPlace = 0
        }
        let end = min(slots.count, sweepPlace + Self.sweptAtOnce)
        for slot in sweepPlace..<end { refresh(slot, at: now) }
        sweepPlace = end
    }

    // MARK: Calls

    /// The worker says how long the prompt was and what of it its cache held; zero when it does not know.
    package mutating func counted(_ placement: Placement, promptTokens: Int, cachedTokens: Int) {
        guard promptTokens > 0, var job = jobs[placement.job], slots[job.slot] != nil else { return }
        var uncached = max(0, promptTokens - cachedTokens)
        if cachedTokens == 0, job.promptTokens > 0, !(slots[job.slot]?.holder.map(index.isExact) ?? false) {
            // One that does not report its cache does not know what it held: our own share of the prompt stands.
            uncached = Int(Double(promptTokens) * Double(job.uncachedTokens) / Double(job.promptTokens))
        }
        if !job.isDecoding {
            slots[job.slot]?.ledger.corrected(job, uncachedTokens: uncached)
            let missed = uncached - job.uncachedTokens
            if job.charged > 0 { queue.correct(job.serviceClass, job.tenant, by: missed) }
            if job.kind == .chat { uses[job.serviceClass.rawValue].corrected(job.tenant, by: missed) }
            job.cost += missed
            job.uncachedTokens = uncached
        }
        job.promptTokens = promptTokens
        job.cachedTokens = min(promptTokens, cachedTokens)
        jobs[placement.job] = job
    }

    /// The first token has come: the prompt's work is done. nil when it had come before.
    package mutating func firstToken(_ placement: Placement, at now: MonotonicInstant) -> FirstToken? {
        guard var job = jobs[placement.job], !job.isDecoding, slots[job.slot] != nil else { return nil }
        let took = Double(now.nanoseconds &- job.dispatchedAt) / 1e9
        if hasLost(job, took: took, at: now) {
            move(job, at: now)
        } else if job.uncachedBefore == 0 {
            // How far those before it had been read is not known.
            saw(job) { $0.sawPrefill(tokens: job.uncachedTokens, seconds: took) }
        }
        slots[job.slot]?.ledger.firstToken(job)
        job.startedAt = now.nanoseconds
        job.heldBlocks = []
        jobs[placement.job] = job
        let seconds = Double(now.nanoseconds &- job.askedAt) / 1e9
        return FirstToken(
            serviceClass: job.serviceClass, promptTokens: job.promptTokens, cachedTokens: job.cachedTokens,
            seconds: seconds, keptTarget: seconds <= rules.targets[job.serviceClass.rawValue].inSeconds)
    }

    /// Something of how fast a job's worker is, and so those that have its model.
    private mutating func saw(_ job: FleetJob, _ sample: (inout SeenPace) -> Void) {
        slots[job.slot]?.rates.saw(sample)
        // Those that measure themselves say nothing of others.
        guard let worker = slots[job.slot], !worker.rates.isMeasured, pools[job.pool] != nil else { return }
        sample(&seen[job.pool, default: SeenPace()])
    }

    /// The worker holds what these names stand for, unless it has restarted since.
    package mutating func remember(_ names: [UInt64], of placement: Placement, at now: MonotonicInstant) {
        guard let slot = slotOf[placement.worker], slots[slot]?.report?.instance == placement.instance,
            let holder = slots[slot]?.holder
        else { return }
        index.record(names, holder: holder, at: Self.second(now))
    }

    /// The call is over.
    /// - Parameter produced: tokens of the answer, where they were counted.
    package mutating func finished(
        _ placement: Placement, _ outcome: WorkOutcome, produced: Int = 0, at now: MonotonicInstant
    ) {
        guard let job = jobs.removeValue(forKey: placement.job), slots[job.slot] != nil else { return }
        slots[job.slot]?.finished(job, outcome, at: now)
        let decoded = produced > 0 ? Int(Double(produced - job.expectedTokens) * rules.decodeWeight) : 0
        // What was refused cost nothing, and what ended early at most its prompt.
        let spent =
            switch outcome {
            case .served: job.cost + decoded
            case .refused: 0
            case .fault, .abandoned: min(job.cost, job.uncachedTokens)
            }
        // What was never read is in no cache.
        if outcome == .refused || (outcome == .abandoned && !job.isDecoding), job.settledTokens > 0 {
            slots[job.slot]?.unsettles(tokens: job.settledTokens, at: now)
        }
        noteEnd(job, spent: spent, at: now)
        if outcome == .served, job.kind == .chat {
            noteService(job, at: now)
            if let started = job.startedAt {
                saw(job) { $0.sawDecode(tokens: produced, seconds: Double(now.nanoseconds &- started) / 1e9) }
            }
            if let key = job.lengths, produced > 0 { lengths.ended(key, tokens: produced) }
            if job.charged > 0, produced > 0 { queue.correct(job.serviceClass, job.tenant, by: decoded) }
        }
        if let key = job.heatKey, let count = heat[key] { heat[key] = count > 1 ? count - 1 : nil }
        refresh(job.slot, at: now)
        forgetIfGone(job.slot)
        serve(job.slot, at: now)
        serveImpatient(at: now)
    }
}

extension WorkRequest {
    /// For rules that ask about the worker alone.
    static let any = WorkRequest(model: "", kind: .chat, spread: 0)
}
