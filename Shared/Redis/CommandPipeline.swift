// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Logging
import NIOCore
import Primitives
import Synchronization

/// Commands in, replies out, in order, over one link. What is submitted during one turn of the event loop leaves in
/// one write.
///
/// Unchecked: everything but the inbox and the atomics is touched on the event loop only.
final class CommandPipeline: @unchecked Sendable {
    private struct Inbox {
        var commands: [RedisCommand] = []
        var isScheduled = false
    }

    let loop: any EventLoop
    private let settings: RedisSettings
    private let time: any TimeSource
    private let link: RedisLink
    private let inbox = Mutex(Inbox())
    private let pending = Atomic<Int>(0)
    private let ready = Atomic<Bool>(false)

    private var waiting: Deque<RedisCommand> = []
    private var sent: Deque<RedisCommand> = []
    private var isFlushScheduled = false
    private var isStopping = false
    /// Since when there is no connection although one was tried; nil while one stands or the first is on its way.
    private var downSince: MonotonicInstant?
    private var whenDrained: EventLoopPromise<Void>?
    private var timer: (due: MonotonicInstant, task: Scheduled<Void>)?
    /// No later than the first deadline of anything pending.
    private var earliestDeadline = MonotonicInstant(nanoseconds: .max)

    init(_ settings: RedisSettings, loop: any EventLoop, logger: Logger, time: any TimeSource) {
        self.settings = settings
        self.loop = loop
        self.time = time
        link = RedisLink(settings, loop: loop, logger: logger)
    }

    var isReady: Bool { ready.load(ordering: .relaxed) }

    // MARK: From any thread

    func start() { loop.execute { self.begin() } }

    /// Sends formatted bytes and waits for the reply. Leaving early, by cancellation, frees the caller at once.
    func perform(_ bytes: [UInt8], deadline: Deadline) async throws(RedisFailure) -> RedisValue {
        let command = RedisCommand(bytes, deadline: deadline, submitted: time.now())
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                command.continuation = continuation
                submit(command)
            }
        } onCancel: {
            loop.execute { self.cancel(command) }
        }
        return try result.get()
    }

    private func submit(_ command: RedisCommand) {
        guard pending.add(1, ordering: .relaxed).newValue <= settings.queueLimit else {
            let failure = RedisFailure(.overloaded, detail: "\(settings.queueLimit) commands wait")
            // Nobody else has seen the command yet; on the loop its end is the same as any other's.
            if loop.inEventLoop { return finish(command, .failure(failure)) }
            return loop.execute { self.finish(command, .failure(failure)) }
        }
        if loop.inEventLoop { return admit(command) }
        let mustSchedule = inbox.withLock { inbox in
            inbox.commands.append(command)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if mustSchedule { loop.execute { self.takeInbox() } }
    }

    private func takeInbox() {
        let commands = inbox.withLock { inbox in
            inbox.isScheduled = false
            let taken = inbox.commands
            inbox.commands.removeAll(keepingCapacity: true)
            return taken
        }
        for command in commands { admit(command) }
    }

    // MARK: On the loop

    private func begin() {
        guard !isStopping else { return }
        // These hold each other until `stop`, which lets go.
        link.onReady = {
            self.ready.store(true, ordering: .relaxed)
            self.downSince = nil
            self.flush()
        }
        link.onFailure = {
            let now = self.time.now()
            if self.downSince == nil { self.downSince = now }
            self.arm(now + self.settings.patience)
        }
        link.onReply = { self.receive($0) }
        link.onLost = { self.lose() }
        link.start()
    }

    private func admit(_ command: RedisCommand) {
        command.isAdmitted = true
        if command.isCancelled { return finish(command, .failure(RedisFailure(.cancelled))) }
        if isStopping { return finish(command, .failure(.notRunning)) }
        if command.deadline.hasPassed(at: time.now()) { return finish(command, .failure(RedisFailure(.deadline))) }
        waiting.append(command)
        note(command.deadline.instant)
        if !link.isReady {
            begin()
            arm(patienceEnds(command))
            return
        }
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        // After the jobs of this turn, so that what they all ask leaves in one write.
        loop.execute { self.flush() }
    }

    private func cancel(_ command: RedisCommand) {
        command.isCancelled = true
        if command.isAdmitted { giveUp(command, RedisFailure(.cancelled)) }
    }

    private func flush() {
        isFlushScheduled = false
        guard link.isReady, !waiting.isEmpty else { return }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(waiting.reduce(0) { $0 + $1.bytes.count })
        for command in waiting where command.stage == .waiting {
            buffer.writeBytes(command.bytes)
            command.stage = .sent
            sent.append(command)
        }
        waiting.removeAll(keepingCapacity: true)
        link.write(buffer)
    }

    private func receive(_ value: RedisValue) {
        guard let command = sent.popFirst() else {
            // An answer to nothing: we no longer know what the next one answers.
            return link.reset(because: "Redis answered what nobody asked")
        }
        finish(command, .success(value))
        if sent.isEmpty { whenDrained?.succeed(()) }
    }

    private func lose() {
        ready.store(false, ordering: .relaxed)
        let lost = sent
        sent = []
        let failure = RedisFailure(.unavailable, detail: "the connection was lost", mayHaveHappened: true)
        for command in lost { finish(command, .failure(failure)) }
        whenDrained?.succeed(())
    }

    private func finish(_ command: RedisCommand, _ result: Result<RedisValue, RedisFailure>) {
        command.stage = .finished
        guard let continuation = command.continuation else { return }
        command.continuation = nil
        pending.subtract(1, ordering: .relaxed)
        continuation.resume(returning: result)
    }

    /// Frees a caller. What was sent goes on, and its reply is thrown away when it comes.
    private func giveUp(_ command: RedisCommand, _ failure: RedisFailure) {
        switch command.stage {
        case .finished: return
        case .waiting: finish(command, .failure(failure))
        case .sent:
            let now = time.now()
            command.abandoned = now
            arm(now + settings.abandonedGrace)
            var failure = failure
            failure.mayHaveHappened = true
            finish(command, .failure(failure))
        }
    }

    // MARK: Time

    private func note(_ deadline: MonotonicInstant) {
        guard deadline < earliestDeadline else { return }
        earliestDeadline = deadline
        arm(deadline)
    }

    /// Makes sure that `tick` runs at this time or before.
    private func arm(_ due: MonotonicInstant) {
        if due.nanoseconds == .max { return }
        if let timer, timer.due <= due { return }
        timer?.task.cancel()
        let left = max(0, (due - time.now()).nanoseconds)
        timer = (due, loop.scheduleTask(in: .nanoseconds(left)) { self.tick() })
    }

    private func tick() {
        timer = nil
        let now = time.now()
        earliestDeadline = MonotonicInstant(nanoseconds: .max)
        var next = MonotonicInstant(nanoseconds: .max)
        for command in Array(waiting) + Array(sent) where command.stage != .finished {
            if command.deadline.hasPassed(at: now) {
                giveUp(command, RedisFailure(.deadline))
            } else if command.stage == .waiting, !link.isReady, patienceEnds(command) <= now {
                giveUp(command, RedisFailure(.unavailable, detail: "no connection to Redis"))
            } else {
                earliestDeadline = min(earliestDeadline, command.deadline.instant)
                if command.stage == .waiting { next = min(next, patienceEnds(command)) }
            }
        }
        waiting.removeAll { $0.stage == .finished }
        if let since = sent.first?.abandoned {
            if since + settings.abandonedGrace <= now {
                link.reset(because: "Redis is silent on an abandoned command")
            } else {
                next = min(next, since + settings.abandonedGrace)
            }
        }
        arm(min(next, earliestDeadline))
    }

    private func patienceEnds(_ command: RedisCommand) -> MonotonicInstant {
        guard let downSince else { return MonotonicInstant(nanoseconds: .max) }
        return max(command.submitted, downSince) + settings.patience
    }

    // MARK: Stopping

    /// Refuses what waits, lets what was sent end, and closes.
    func stop() async {
        let promise = loop.makePromise(of: Void.self)
        loop.execute { self.beginStop(promise) }
        // Silent on purpose: the promise never fails.
        try? await promise.futureResult.get()
    }

    private func beginStop(_ promise: EventLoopPromise<Void>) {
        if isStopping { return promise.succeed(()) }
        isStopping = true
        takeInbox()
        for command in waiting { finish(command, .failure(.notRunning)) }
        waiting = []
        let drained = loop.makePromise(of: Void.self)
        whenDrained = drained
        let limit = loop.scheduleTask(in: .nanoseconds(settings.drainTimeout.nanoseconds)) { drained.succeed(()) }
        if sent.isEmpty { drained.succeed(()) }
        drained.futureResult.whenComplete { _ in
            limit.cancel()
            self.timer?.task.cancel()
            self.whenDrained = nil
            self.lose()
            self.link.stop()
            promise.succeed(())
        }
    }
}
