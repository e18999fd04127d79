// SPDX-License-Identifier: Apache-2.0

import CShims
import Logging
import Primitives
import Synchronization

/// The one thread that talks to the database: an epoll over libpq's sockets and an inbox.
///
/// It is a task executor too. Code that runs on it and asks the database does so without waking another thread, and
/// many such answers and questions share one turn of the loop.
///
/// Unchecked: `pool` and `jobs` are touched by the thread only; everything else is behind the inbox's lock or atomic.
package final class Reactor: TaskExecutor, @unchecked Sendable {
    private enum Message {
        case submit(Request)
        case cancel(Request)
        case resolved([String])
        case drain
    }

    private enum Phase {
        case idle, running, stopped
    }

    private struct Inbox {
        var messages: [Message] = []
        var jobs: [UnownedJob] = []
        var phase = Phase.idle
        /// The thread waits in epoll, or is about to: whoever brings something has to wake it.
        var isAsleep = false
        var whenStopped: [CheckedContinuation<Void, Never>] = []
    }

    /// Jobs run in one turn before the sockets get theirs.
    private static let jobsPerTurn = 4_096

    private let settings: DatabaseSettings
    private let logger: Logger
    private let time: any TimeSource
    private let inbox = Mutex(Inbox())
    private let epoll: Int32
    private let wakeup: Int32
    private let pending = Atomic<Int>(0)
    private let readyConnections = Atomic<Int>(0)

    init(_ settings: DatabaseSettings, logger: Logger, time: any TimeSource) {
        self.settings = settings
        self.logger = logger
        self.time = time
        epoll = parley_epoll_create()
        wakeup = parley_wakeup_create()
        // A process that may not open two descriptors at its start cannot serve anybody.
        precondition(epoll >= 0 && wakeup >= 0, "the system gave no epoll or eventfd")
        parley_epoll_watch(epoll, wakeup, PARLEY_READABLE, 0)
    }

    deinit {
        parley_close(epoll)
        parley_close(wakeup)
    }

    var connectionCount: Int { readyConnections.load(ordering: .relaxed) }
    var pendingCount: Int { pending.load(ordering: .relaxed) }

    // MARK: From any thread

    /// Sends a request and waits for its answer. Leaving early, by cancellation, frees the caller at once.
    func perform(_ request: Request) async throws(DatabaseFailure) -> Request.Reply {
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                request.continuation = continuation
                submit(request)
            }
        } onCancel: {
            _ = post(.cancel(request))
        }
        return try result.get()
    }

    /// The same for what must happen although the task was cancelled: the end of a transaction.
    func performShielded(_ request: Request) async throws(DatabaseFailure) -> Request.Reply {
        let result = await withUnsafeContinuation { continuation in
            request.continuation = continuation
            submit(request)
        }
        return try result.get()
    }

    private func submit(_ request: Request) {
        let count = pending.add(1, ordering: .relaxed).newValue
        if count > settings.queueLimit, case .end = request.work {
        } else if count > settings.queueLimit {
            return refuse(request, DatabaseFailure(.overloaded, detail: "\(settings.queueLimit) statements wait"))
        }
        if !post(.submit(request)) { refuse(request, .notRunning) }
    }

    /// Answers a request that the thread has never seen.
    private func refuse(_ request: Request, _ failure: DatabaseFailure) {
        pending.subtract(1, ordering: .relaxed)
        let continuation = request.continuation
        request.continuation = nil
        request.stage = .finished
        continuation?.resume(returning: .failure(failure))
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        enum Where { case here, elsewhere }
        let (place, wake) = inbox.withLock { inbox -> (Where, Wake) in
            guard inbox.phase != .stopped else { return (.elsewhere, .none) }
            inbox.jobs.append(job)
            return (.here, Self.wake(&inbox))
        }
        switch place {
        case .here: perform(wake)
        // Tasks outlive the loop at shutdown; they end on the usual pool.
        case .elsewhere: globalConcurrentExecutor.enqueue(job)
        }
    }

    private enum Wake { case none, signal, start }

    private static func wake(_ inbox: inout Inbox) -> Wake {
        if inbox.phase == .idle {
            inbox.phase = .running
            return .start
        }
        guard inbox.isAsleep else { return .none }
        inbox.isAsleep = false
        return .signal
    }

    private func perform(_ wake: Wake) {
        switch wake {
        case .none: break
        case .signal: parley_wakeup_signal(wakeup)
        case .start:
            let started = DetachedThread.start { self.run() }
            precondition(started, "the system gave no thread for the database")
        }
    }

    /// False when the thread has ended.
    private func post(_ message: Message) -> Bool {
        let wake = inbox.withLock { inbox -> Wake? in
            guard inbox.phase != .stopped else { return nil }
            inbox.messages.append(message)
            return Self.wake(&inbox)
        }
        guard let wake else { return false }
        perform(wake)
        return true
    }

    func start() {
        perform(inbox.withLock { $0.phase == .idle ? Self.wake(&$0) : .none })
    }

    /// Asks the thread to finish what was sent and to end. Returns at once.
    func requestStop() {
        let isIdle = inbox.withLock { inbox in
            let isIdle = inbox.phase == .idle
            if isIdle { inbox.phase = .stopped }
            return isIdle
        }
        if !isIdle { _ = post(.drain) }
    }

    func waitUntilStopped() async {
        await withCheckedContinuation { continuation in
            let isStopped = inbox.withLock { inbox in
                if inbox.phase != .stopped { inbox.whenStopped.append(continuation) }
                return inbox.phase == .stopped
            }
            if isStopped { continuation.resume() }
        }
    }

    // MARK: On the thread

    private func run() {
        parley_name_thread("postgres")
        let pool = Pool(
            settings, epoll: epoll, logger: logger, now: time.now(),
            answered: { self.pending.subtract(1, ordering: .relaxed) },
            readyChanged: { self.readyConnections.store($0, ordering: .relaxed) })
        var jobs: [UnownedJob] = []
        var ready = [parley_readiness](repeating: parley_readiness(), count: 64)
        while true {
            takeInbox(pool, &jobs)
            let now = time.now()
            pool.tick(now: now)
            pool.dispatch(now: now)
            if pool.isDrained(now: now) { break }
            if pool.addresses.takeLookup() {
                HostResolver.resolve(settings.host) { found in _ = self.post(.resolved(found)) }
            }
            let timeout = jobs.isEmpty ? sleepTime(pool.nextWake, now) : 0
            let count = parley_epoll_wait(epoll, &ready, Int32(ready.count), timeout)
            wakeUp()
            let woken = time.now()
            for event in ready.prefix(max(0, Int(count))) {
                if event.token == 0 {
                    parley_wakeup_drain(wakeup)
                } else {
                    pool.wake(Int(event.token) - 1, now: woken)
                }
            }
        }
        pool.closeAll(now: time.now())
        finish(jobs)
    }

    private func takeInbox(_ pool: Pool, _ jobs: inout [UnownedJob]) {
        var budget = Self.jobsPerTurn
        repeat {
            let (messages, more) = inbox.withLock { inbox in
                let taken = (inbox.messages, inbox.jobs)
                inbox.messages.removeAll(keepingCapacity: true)
                inbox.jobs.removeAll(keepingCapacity: true)
                return taken
            }
            jobs += more
            let now = time.now()
            for message in messages {
                switch message {
                case .submit(let request): pool.admit(request, now: now)
                case .cancel(let request): pool.cancel(request, now: now)
                case .resolved(let found): pool.resolved(found, now: now)
                case .drain: pool.drain(now: now)
                }
            }
            let turn = jobs.prefix(budget)
            for job in turn { job.runSynchronously(on: asUnownedTaskExecutor()) }
            jobs.removeFirst(turn.count)
            budget -= turn.count
            if turn.isEmpty && messages.isEmpty { break }
        } while budget > 0
    }

    /// How long epoll may wait, in its milliseconds, rounded up so that what is due then is due.
    private func sleepTime(_ next: MonotonicInstant, _ now: MonotonicInstant) -> Int32 {
        let mayRest = inbox.withLock { inbox in
            let mayRest = inbox.messages.isEmpty && inbox.jobs.isEmpty
            inbox.isAsleep = mayRest
            return mayRest
        }
        guard mayRest, next > now else { return 0 }
        // A minute at most: cheap, and no instant is too far away for the arithmetic.
        let left = min((next - now).nanoseconds, 60_000_000_000)
        return left < 0 ? 60_000 : Int32((left + 999_999) / 1_000_000)
    }

    private func wakeUp() { inbox.withLock { $0.isAsleep = false } }

    private func finish(_ leftOver: [UnownedJob]) {
        let (messages, jobs, waiters) = inbox.withLock { inbox in
            inbox.phase = .stopped
            let taken = (inbox.messages, leftOver + inbox.jobs, inbox.whenStopped)
            inbox.messages = []
            inbox.jobs = []
            inbox.whenStopped = []
            return taken
        }
        for case .submit(let request) in messages where request.stage == .waiting { refuse(request, .notRunning) }
        for job in jobs { globalConcurrentExecutor.enqueue(job) }
        for waiter in waiters { waiter.resume() }
    }
}
