// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A request that waits for a worker.
package struct WaitingWork: Hashable, Sendable {
    package typealias Ticket = UInt64
    /// Where it stands: for the worker that holds its prefix, or for whichever of its model comes free first.
    package enum Line: Hashable, Sendable {
        case worker(Int)
        case pool(PoolName)
    }

    package var ticket: Ticket
    package var request: WorkRequest
    package var line: Line
    package var since: MonotonicInstant
    /// When waiting for the holder has cost more than the holder saves.
    package var patientUntil: MonotonicInstant
    /// The share of the prompt that the worker it stands for holds.
    package var match: Double
    /// Stood for a worker once.
    package var wasReleased = false
    /// How long it is likely to hold a place.
    package var seconds = 0.0

    func isBefore(_ other: Self) -> Bool {
        since != other.since ? since < other.since : ticket < other.ticket
    }
}

/// The line in front of the fleet. Whatever waits here can still go to any worker, and leaving it costs nothing.
///
/// Strict classes with aging; inside a class shares per tenant in tokens. There is one line for each worker, of those
/// that wait for its cache, and one for each model: a worker with a free place looks at its own and its models',
/// however many wait elsewhere, so a share is spent on the longest match first.
package struct WorkQueue: Sendable {
    /// Tenants of one line that are looked at in one choice; the next ones come first in the next.
    static let maxScanned = 32
    /// Of so many choices one goes to a lower class that has waited too long: a flood of it takes no more than that
    /// from those above, and a flood above leaves it so much.
    static let strictInARow = 8

    private let limit: Int
    private let maxBytes: Int
    private let aging: Duration
    private var waiting: [WaitingWork.Ticket: WaitingWork] = [:]
    private var lines: [WaitingWork.Line: [ClassLine]] = [:]
    private var accounts: [TenantAccounts]
    private var countOfClass = [0, 0, 0]
    private var countOfTenant: [TenantOfClass: Int] = [:]
    private var tenantsOfClass = [0, 0, 0]
    /// When patience with a holder is over, by model: where nobody has a place, nobody is looked at.
    private var impatient: [PoolName: LeastFirst] = [:]
    private var poolLines: [PoolName: PoolLine] = [:]
    private var strict = 0
    package private(set) var bytes = 0

    struct TenantOfClass: Hashable, Sendable {
        var tenant: UInt64
        var serviceClass: Int
    }

    package init(_ rules: SchedulingRules) {
        limit = rules.queueLimit
        maxBytes = rules.queueBytes
        aging = rules.aging
        accounts = ServiceClass.allCases.map { _ in TenantAccounts(quantum: rules.quantum) }
    }

    package var count: Int { waiting.count }
    package var isEmpty: Bool { waiting.isEmpty }
    package func count(of serviceClass: ServiceClass) -> Int { countOfClass[serviceClass.rawValue] }
    package subscript(_ ticket: WaitingWork.Ticket) -> WaitingWork? { waiting[ticket] }
    package func count(in line: WaitingWork.Line) -> Int { lines[line]?.reduce(0) { $0 + $1.count } ?? 0 }
    package var tickets: [WaitingWork.Ticket] { waiting.keys.sorted() }

    /// How far apart in tokens of service the tenants are that wait in this class.
    package func gap(of serviceClass: ServiceClass) -> Int {
        let tenants = countOfTenant.keys.lazy.filter { $0.serviceClass == serviceClass.rawValue }.map(\.tenant)
        return accounts[serviceClass.rawValue].gap(among: tenants)
    }

    package func isPastShare(_ request: WorkRequest) -> Bool {
        accounts[request.serviceClass.rawValue].isPastShare(request.tenant)
    }

    // MARK: Coming and going

    /// Whether there is room. A tenant may fill half of the room alone, and of the rest its share among those who wait,
    /// so that a flood leaves room for others.
    package func hasRoom(for request: WorkRequest) -> Bool {
        guard waiting.count < limit, bytes + request.bytes <= maxBytes else { return false }
        let own = countOfTenant[TenantOfClass(request)] ?? 0
        return waiting.count < limit / 2 || own < max(1, limit / (countOfTenant.count + 1))
    }

    /// The models that anybody waits for.
    package var linedPools: [PoolName] { Array(poolLines.keys) }

    /// Those who wait for one model's workers.
    package func line(of pool: PoolName) -> PoolLine { poolLines[pool] ?? PoolLine() }

    /// The same for one line. A flood that stands there is behind whoever keeps to his share, and must not look to him
    /// as if the worker were busy.
    package func ahead(of request: WorkRequest, in line: WaitingWork.Line) -> Int {
        guard let classes = lines[line] else { return 0 }
        let own = request.serviceClass.rawValue
        var higher = 0
        for serviceClass in 0..<own { higher += classes[serviceClass].count }
        return higher + classes[own].ahead(of: request.tenant)
    }

    package mutating func add(_ work: WaitingWork) {
        waiting[work.ticket] = work
        bytes += work.request.bytes
        countOfClass[work.request.serviceClass.rawValue] += 1
        let key = TenantOfClass(work.request)
        if countOfTenant[key] == nil { tenantsOfClass[key.serviceClass] += 1 }
        countOfTenant[key, default: 0] += 1
        poolLines[work.request.pool, default: PoolLine()].add(work)
        enter(work)
    }

    @discardableResult
    package mutating func remove(_ ticket: WaitingWork.Ticket) -> WaitingWork? {
        guard let work = waiting.removeValue(forKey: ticket) else { return nil }
        bytes -= work.request.bytes
        let key = TenantOfClass(work.request)
        countOfClass[key.serviceClass] -= 1
        let rest = (countOfTenant[key] ?? 1) - 1
        countOfTenant[key] = rest > 0 ? rest : nil
        if rest == 0 { tenantsOfClass[key.serviceClass] -= 1 }
        poolLines[work.request.pool]?.remove(work)
        if poolLines[work.request.pool]?.isEmpty == true { poolLines[work.request.pool] = nil }
        leave(work)
        if countOfClass[key.serviceClass] == 0 { accounts[key.serviceClass].reset() }
        // What is left there are places of those who are gone.
        if waiting.isEmpty { impatient = [:] }
        return work
    }

    /// Sends one that stood for a worker to its model's line.
    package mutating func release(_ ticket: WaitingWork.Ticket) {
        guard var work = waiting[ticket], case .worker = work.line else { return }
        leave(work)
        work.line = .pool(work.request.pool)
        work.match = 0
        work.wasReleased = true
        waiting[ticket] = work
        enter(work)
    }

    /// Sends one that stood in its model's line to that of a worker that holds its prompt by now.
    package mutating func stand(
        _ ticket: WaitingWork.Ticket, for worker: Int, match: Double, until: MonotonicInstant
    ) {
        guard var work = waiting[ticket] else { return }
        leave(work)
        work.line = .worker(worker)
        work.match = match
        work.patientUntil = until
        waiting[ticket] = work
        enter(work)
    }

    /// Sends all that stand for a worker to their models' lines: it is gone.
    package mutating func releaseAll(of worker: Int) {
        guard lines[.worker(worker)] != nil else { return }
        for work in waiting.values.filter({ $0.line == .worker(worker) }).sorted(by: { $0.ticket < $1.ticket }) {
            release(work.ticket)
        }
    }

    /// The models with somebody whose patience with its holder may be over.
    package func impatientPools(at now: MonotonicInstant) -> [PoolName] {
        impatient.compactMap { pool, line in
            line.first.flatMap { $0.key <= now.nanoseconds ? pool : nil }
        }
    }

    /// The next of a model's whose patience with its holder is over.
    package mutating func takeImpatient(of pool: PoolName, at now: MonotonicInstant) -> WaitingWork? {
        while let next = impatient[pool]?.first, next.key <= now.nanoseconds {
            impatient[pool]?.removeFirst()
            if let work = waiting[next.ticket], case .worker = work.line, work.patientUntil <= now { return work }
        }
        return nil
    }

    /// One whose patience was over, and for whom there is no other place, is looked at again then.
    package mutating func stay(_ ticket: WaitingWork.Ticket, until: MonotonicInstant) {
        guard let pool = waiting[ticket]?.request.pool else { return }
        waiting[ticket]?.patientUntil = until
        note(ticket, of: pool, until: until)
    }

    private mutating func note(_ ticket: WaitingWork.Ticket, of pool: PoolName, until: MonotonicInstant) {
        impatient[pool, default: LeastFirst()].add(key: until.nanoseconds, ticket: ticket)
        // Of a model that is full for hours nobody is taken out there; most have been served long since.
        guard let count = impatient[pool]?.count, count > 2 * waiting.count + 64 else { return }
        impatient[pool]?.keep { waiting[$0] != nil }
    }

    private mutating func enter(_ work: WaitingWork) {
        let tenant = work.request.tenant
        lines[work.line, default: ClassLine.ofEveryClass][work.request.serviceClass.rawValue]
            .add(work.ticket, of: tenant)
        if case .worker = work.line { note(work.ticket, of: work.request.pool, until: work.patientUntil) }
    }

    /// Its ticket stays in the line until it comes to the front, and is passed over there.
    private mutating func leave(_ work: WaitingWork) {
        lines[work.line]?[work.request.serviceClass.rawValue].left(of: work.request.tenant)
        if lines[work.line]?.allSatisfy({ $0.count == 0 }) == true { lines[work.line] = nil }
    }

    // MARK: Choosing

    /// Takes the next one that this worker may have; nil when nobody waits for it.
    /// - Parameter isFit: whether the worker can take it at all.
    package mutating func next(
        for worker: Int, of pools: [PoolName], at now: MonotonicInstant, isFit: (WaitingWork) -> Bool
    ) -> WaitingWork? {
        var candidates: [WaitingWork] = []
        for line in [.worker(worker)] + pools.map(WaitingWork.Line.pool) where lines[line] != nil {
            for serviceClass in ServiceClass.allCases.indices {
                heads(of: line, serviceClass, into: &candidates, isFit: isFit)
            }
        }
        guard let serviceClass = chosenClass(of: candidates, at: now) else { return nil }
        let peers = candidates.filter { $0.request.serviceClass.rawValue == serviceClass }
        accounts[serviceClass].replenish(until: peers.map(\.request.tenant))
        let weighed = peers.map { (work: $0, credit: accounts[serviceClass].credit(of: $0.request.tenant)) }
        // Whoever is most behind its share; of equals the longest match, which others' prompts have not yet pushed out.
        return weighed.min { a, b in
            if a.credit != b.credit { return a.credit > b.credit }
            return a.work.match != b.work.match ? a.work.match > b.work.match : a.work.isBefore(b.work)
        }?.work
    }

    /// The highest class that waits; once in a while the one below whose first has waited for too long.
    private mutating func chosenClass(of candidates: [WaitingWork], at now: MonotonicInstant) -> Int? {
        guard let highest = candidates.lazy.map(\.request.serviceClass.rawValue).min() else { return nil }
        let aging = aging
        let aged = candidates.filter { work in
            let below = work.request.serviceClass.rawValue - highest
            return below > 0 && now - work.since >= aging * below
        }
        guard let lower = aged.map(\.request.serviceClass.rawValue).min() else { return highest }
        strict += 1
        guard strict >= Self.strictInARow else { return highest }
        strict = 0
        return lower
    }

    /// A dispatch while others wait counts against its tenant's share.
    /// - Returns: what was charged.
    package mutating func charge(_ request: WorkRequest, tokens: Int) -> Int {
        guard countOfClass[request.serviceClass.rawValue] > 0 else { return 0 }
        accounts[request.serviceClass.rawValue].charge(request.tenant, tokens)
        return tokens
    }

    /// What was charged turned out to be wrong by so much.
    package mutating func correct(_ serviceClass: ServiceClass, _ tenant: UInt64, by tokens: Int) {
        guard countOfClass[serviceClass.rawValue] > 0 else { return }
        accounts[serviceClass.rawValue].charge(tenant, tokens)
    }

    private mutating func heads(
        of line: WaitingWork.Line, _ serviceClass: Int, into candidates: inout [WaitingWork],
        isFit: (WaitingWork) -> Bool
    ) {
        lines[line]?[serviceClass].forEachHead(atMost: Self.maxScanned) { ticket in
            guard let work = waiting[ticket], work.line == line else { return .gone }
            guard isFit(work) else { return .unfit }
            candidates.append(work)
            return .fit
        }
    }
}

extension WorkQueue.TenantOfClass {
    init(_ request: WorkRequest) {
        self.init(tenant: request.tenant, serviceClass: request.serviceClass.rawValue)
    }
}
