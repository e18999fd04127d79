// SPDX-License-Identifier: Apache-2.0

// This file is long because the pool is one set of rules over one state: who waits, who is served, who is let go.

import CPostgres
import CShims
import DequeModule
import Logging
import Primitives

/// The connections, who waits for them, and when to try what again.
///
/// Belongs to the reactor's thread: events go in, and what is due is done at once; nothing here waits.
final class Pool {
    enum Slot {
        case down(retry: MonotonicInstant)
        case connecting(ConnectionAttempt)
        case ready(Connection)
    }

    let settings: DatabaseSettings
    let logger: Logger
    private let epoll: Int32
    /// Tells the outside: a request was answered, and how many connections stand.
    private let answered: () -> Void
    private let readyChanged: (Int) -> Void

    private var slots: [Slot]
    private var backoffs: [Backoff]
    private var random = SystemRandomNumberGenerator()
    var addresses: HostAddresses

    private var statements: Deque<Request> = []
    private var leases: Deque<Request> = []
    /// No later than the first deadline of anything pending; may be earlier, which costs one look too many.
    private var earliestDeadline = MonotonicInstant(nanoseconds: .max)
    private var drainDeadline: MonotonicInstant?
    /// Since when there is no connection although one was tried. nil while one stands or the first is on its way: a
    /// slow beginning is not an outage.
    private var downSince: MonotonicInstant?

    init(
        _ settings: DatabaseSettings, epoll: Int32, logger: Logger, now: MonotonicInstant,
        answered: @escaping () -> Void, readyChanged: @escaping (Int) -> Void
    ) {
        self.settings = settings
        self.epoll = epoll
        self.logger = logger
        self.answered = answered
        self.readyChanged = readyChanged
        slots = Array(repeating: .down(retry: now), count: max(1, settings.connections))
        backoffs = Array(repeating: Backoff(), count: slots.count)
        addresses = HostAddresses(host: settings.host)
    }

    private var ready: [Connection] {
        slots.compactMap { if case .ready(let connection) = $0 { connection } else { nil } }
    }

    // MARK: Requests

    func admit(_ request: Request, now: MonotonicInstant) {
        request.isAdmitted = true
        if request.isCancelled { return finish(request, .failure(DatabaseFailure(.cancelled))) }
        switch request.work {
        case .leased(let lease, _): return sendLeased(request, lease, now)
        case .end(let lease, let commit): return end(request, lease, commit: commit, now)
        case .statements, .lease: break
        }
        if drainDeadline != nil { return finish(request, .failure(.notRunning)) }
        if request.deadline.hasPassed(at: now) { return finish(request, .failure(DatabaseFailure(.deadline))) }
        earliestDeadline = min(earliestDeadline, request.deadline.instant)
        if case .lease = request.work { leases.append(request) } else { statements.append(request) }
    }

    func cancel(_ request: Request, now: MonotonicInstant) {
        request.isCancelled = true
        if request.isAdmitted { giveUp(request, DatabaseFailure(.cancelled), now) }
    }

    private func sendLeased(_ request: Request, _ lease: Lease, _ now: MonotonicInstant) {
        guard let connection = lease.connection, !lease.isEnding else {
            return finish(request, .failure(DatabaseFailure(.unavailable, detail: "the transaction has ended")))
        }
        if request.deadline.hasPassed(at: now) { return finish(request, .failure(DatabaseFailure(.deadline))) }
        earliestDeadline = min(earliestDeadline, request.deadline.instant)
        send(request, on: connection, now)
    }

    /// Ends a lease whatever happens: a deadline that has passed turns the commit into a rollback.
    private func end(_ request: Request, _ lease: Lease, commit: Bool, _ now: MonotonicInstant) {
        guard let connection = lease.connection, !lease.isEnding else {
            let failure = DatabaseFailure(.unavailable, detail: "the connection was lost before the commit")
            return finish(request, .failure(failure))
        }
        if lease.opening != nil {  // Nothing was ever sent.
            release(connection)
            return finish(request, .success(.rows([])))
        }
        lease.isEnding = true
        guard commit, request.deadline.hasPassed(at: now) else {
            earliestDeadline = min(earliestDeadline, request.deadline.instant)
            return send(request, on: connection, now)
        }
        let rollback = Request(
            .end(lease, commit: false), tenant: nil, deadline: .after(settings.abandonedGrace, from: now),
            submitted: now)
        rollback.abandoned = now
        send(rollback, on: connection, now)
        finish(request, .failure(DatabaseFailure(.deadline)))
    }

    private func release(_ connection: Connection) {
        connection.lease?.connection = nil
        connection.lease = nil
    }

    /// Answers a caller, once.
    private func finish(_ request: Request, _ result: Result<Request.Reply, DatabaseFailure>) {
        request.stage = .finished
        guard let continuation = request.continuation else { return }
        request.continuation = nil
        answered()
        continuation.resume(returning: result)
    }

    /// Frees a caller. What was sent goes on, and its answer is thrown away when it comes.
    private func giveUp(_ request: Request, _ failure: DatabaseFailure, _ now: MonotonicInstant) {
        switch request.stage {
        case .finished: return
        case .waiting: finish(request, .failure(failure))
        case .sent:
            request.abandoned = now
            var failure = failure
            failure.mayHaveHappened = true
            finish(request, .failure(failure))
        }
    }

    // MARK: Dispatch

    /// Gives what waits to the connections that have room.
    func dispatch(now: MonotonicInstant) {
        grantLeases(now)
        while let request = statements.first {
            if request.stage == .finished {
                statements.removeFirst()
                continue
            }
            // The least busy one: a statement is held up only by those sent before it on the same connection.
            let open = ready.filter { $0.lease == nil && !$0.isReserved && !$0.isRetiring }
            guard let connection = open.min(by: { $0.inFlight < $1.inFlight }),
                connection.inFlight < settings.pipelineDepth
            else { return }
            statements.removeFirst()
            send(request, on: connection, now)
        }
    }

    private func grantLeases(_ now: MonotonicInstant) {
        while leases.first?.stage == .finished { leases.removeFirst() }
        // One connection is left to the single statements, whatever transactions want.
        let allowed = max(1, slots.count - 1)
        var waiting = leases.count
        for connection in ready.sorted(by: { $0.inFlight < $1.inFlight }) where connection.lease == nil {
            let taken = ready.count { $0.lease != nil || $0.isReserved }
            connection.isReserved =
                !connection.isRetiring && waiting > 0 && (connection.isReserved || taken < allowed)
            guard connection.isReserved else { continue }
            waiting -= 1
            guard connection.inFlight == 0, let request = leases.popFirst() else { continue }
            connection.isReserved = false
            guard request.stage == .waiting, case .lease(let opening) = request.work else { continue }
            let lease = Lease(connection: connection, opening: opening)
            connection.lease = lease
            finish(request, .success(.lease(lease)))
        }
    }

    private func send(_ request: Request, on connection: Connection, _ now: MonotonicInstant) {
        // Fifty milliseconds more than the caller waits: the caller's own deadline should speak first, and the
        // server's limit only ends what nobody waits for.
        let left = request.deadline.remaining(at: now) + .milliseconds(50)
        let isSent = connection.send(request, timeout: min(left, settings.longestStatement))
        guard isSent, watch(connection) else { return lose(connection, now) }
    }

    /// Pushes what is buffered and asks to be woken when the rest can go. False when the session is broken.
    private func watch(_ connection: Connection) -> Bool {
        guard let isBlocked = connection.flush(), let index = index(of: connection) else { return false }
        let readiness = isBlocked ? PARLEY_READABLE | PARLEY_WRITABLE : PARLEY_READABLE
        if connection.watchedFor == readiness { return true }
        connection.watchedFor = readiness
        return parley_epoll_watch(epoll, connection.descriptor, readiness, UInt64(index + 1)) == 0
    }

    private func index(of connection: Connection) -> Int? {
        slots.firstIndex { if case .ready(let other) = $0 { other === connection } else { false } }
    }

    // MARK: Readiness and time

    /// The socket of slot `index` can be read or written.
    func wake(_ index: Int, now: MonotonicInstant) {
        guard slots.indices.contains(index) else { return }
        switch slots[index] {
        case .down: return
        case .connecting(let attempt): handle(attempt.advance(), index, now)
        case .ready(let connection):
            let isAlive = connection.receive { request, result in
                if case .end = request.work { release(connection) }
                finish(request, result)
            }
            guard isAlive, watch(connection) else { return lose(connection, now) }
            if connection.isRetiring, connection.inFlight == 0, connection.lease == nil {
                slots[index] = .down(retry: now)
                reportReady()
            }
        }
    }

    /// Does what has become due: connects, gives up, closes.
    func tick(now: MonotonicInstant) {
        for index in slots.indices {
            switch slots[index] {
            case .down(let retry) where retry <= now && drainDeadline == nil: connect(index, now)
            case .connecting(let attempt) where attempt.deadline <= now:
                handle(.failed("no answer within the connect timeout"), index, now)
            case .ready(let connection):
                if let since = connection.oldestAbandoned, since + settings.abandonedGrace <= now {
                    logger.warning("the database is silent on an abandoned statement; closing the connection")
                    lose(connection, now)
                }
            default: break
            }
        }
        if earliestDeadline <= now { expire(now) }
        if ready.isEmpty { losePatience(now) }
    }

    private func expire(_ now: MonotonicInstant) {
        earliestDeadline = MonotonicInstant(nanoseconds: .max)
        for request in Array(statements) + Array(leases) + ready.flatMap(\.requests) where request.stage != .finished {
            if request.deadline.hasPassed(at: now) {
                giveUp(request, DatabaseFailure(.deadline), now)
            } else {
                earliestDeadline = min(earliestDeadline, request.deadline.instant)
            }
        }
        sweep()
    }

    /// Nothing is connected: those who have waited long enough hear it now instead of at their deadline.
    private func losePatience(_ now: MonotonicInstant) {
        let failure = DatabaseFailure(.unavailable, detail: "no connection to the database")
        for request in Array(statements) + Array(leases)
        where request.stage == .waiting && patienceEnds(request) <= now { finish(request, .failure(failure)) }
        sweep()
    }

    private func patienceEnds(_ request: Request) -> MonotonicInstant {
        guard let downSince else { return MonotonicInstant(nanoseconds: .max) }
        return max(request.submitted, downSince) + settings.patience
    }

    private func sweep() {
        statements.removeAll { $0.stage == .finished }
        leases.removeAll { $0.stage == .finished }
    }

    /// When `tick` has to run next, whatever happens.
    var nextWake: MonotonicInstant {
        var next = earliestDeadline
        for slot in slots {
            switch slot {
            case .down(let retry): if drainDeadline == nil { next = min(next, retry) }
            case .connecting(let attempt): next = min(next, attempt.deadline)
            case .ready(let connection):
                if let since = connection.oldestAbandoned { next = min(next, since + settings.abandonedGrace) }
            }
        }
        if ready.isEmpty {
            if let first = statements.first { next = min(next, patienceEnds(first)) }
            if let first = leases.first { next = min(next, patienceEnds(first)) }
        }
        if let drainDeadline { next = min(next, drainDeadline) }
        return next
    }
}

// MARK: Connecting

extension Pool {
    private func connect(_ index: Int, _ now: MonotonicInstant) {
        let address: String?
        switch addresses.next() {
        case .useSocket: address = nil
        case .use(let found): address = found
        case .wait:
            // The resolver's answer sets it down again with a nearer time.
            slots[index] = .down(retry: now + settings.connectTimeout)
            return
        }
        do {
            let attempt = ConnectionAttempt(
                try ConnectionParameters(settings, address: address), deadline: now + settings.connectTimeout)
            slots[index] = .connecting(attempt)
            handle(attempt.begin(), index, now)
        } catch {
            handle(.failed(error.detail), index, now)
        }
    }

    private func handle(_ progress: ConnectionAttempt.Progress, _ index: Int, _ now: MonotonicInstant) {
        switch progress {
        case .wait(let descriptor, let readiness):
            guard parley_epoll_watch(epoll, descriptor, readiness, UInt64(index + 1)) == 0 else {
                return retry(index, now, because: "the socket cannot be watched")
            }
        case .failed(let reason): retry(index, now, because: reason)
        case .connected(let session):
            guard let connection = Connection(session: session) else {
                PQfinish(session)
                return retry(index, now, because: "libpq cannot pipeline on this connection")
            }
            slots[index] = .ready(connection)
            guard watch(connection) else { return lose(connection, now) }
            if backoffs[index].failures > 0 { logger.info("connected to the database again") }
            backoffs[index].reset()
            reportReady()
        }
    }

    /// The resolver has answered.
    func resolved(_ found: [String], now: MonotonicInstant) {
        addresses.resolved(found)
        if found.isEmpty {
            logger.warning("the database's host name is not known", metadata: ["host": "\(settings.host)"])
            noteOutage(now)
        }
        for index in slots.indices {
            guard case .down = slots[index] else { continue }
            let wait = found.isEmpty ? backoffs[index].next(random: &random) : .zero
            slots[index] = .down(retry: now + wait)
        }
    }

    private func retry(_ index: Int, _ now: MonotonicInstant, because reason: String) {
        // Once per power of two: a server that is gone for an hour is not worth a line every two seconds.
        let failures = backoffs[index].failures
        if index == 0, failures & (failures + 1) == 0 {
            logger.warning("cannot connect to the database", metadata: ["reason": "\(reason)"])
        }
        addresses.noteFailure()
        slots[index] = .down(retry: now + backoffs[index].next(random: &random))
        noteOutage(now)
        reportReady()
    }

    /// Gives up a connection and everything on it.
    private func lose(_ connection: Connection, _ now: MonotonicInstant) {
        guard let index = index(of: connection) else { return }
        slots[index] = .down(retry: now + backoffs[index].next(random: &random))
        addresses.noteFailure()
        release(connection)
        connection.fail(finish)
        noteOutage(now)
        reportReady()
    }

    private func reportReady() {
        let count = ready.count
        if count > 0 { downSince = nil }
        readyChanged(count)
    }

    private func noteOutage(_ now: MonotonicInstant) {
        if ready.isEmpty, downSince == nil { downSince = now }
    }

    // MARK: Stopping

    /// Refuses what waits; what was sent and the transactions that run may end.
    func drain(now: MonotonicInstant) {
        guard drainDeadline == nil else { return }
        drainDeadline = now + settings.drainTimeout
        for request in Array(statements) + Array(leases) where request.stage == .waiting {
            finish(request, .failure(.notRunning))
        }
        sweep()
    }

    /// Whether a drain has nothing left to wait for, or has waited enough.
    func isDrained(now: MonotonicInstant) -> Bool {
        guard let drainDeadline else { return false }
        return drainDeadline <= now || ready.allSatisfy { $0.inFlight == 0 && $0.lease == nil }
    }

    func closeAll(now: MonotonicInstant) {
        for connection in ready { lose(connection, now) }
        slots = slots.map { _ in .down(retry: MonotonicInstant(nanoseconds: .max)) }
        reportReady()
    }
}
