// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives

/// What a connection may wait for, each with its own deadline.
enum ConnectionWait: Int, CaseIterable {
    case idle, head, body, writing, lingering
}

/// The deadlines of one connection and the one timer that watches them. Moving a deadline costs an assignment: the
/// timer fires at the earliest it was told of and looks again.
struct ConnectionTimer {
    var deadlines: [MonotonicInstant?] = Array(repeating: nil, count: ConnectionWait.allCases.count)
    var scheduled: Scheduled<Void>?
    var firesAt: MonotonicInstant?

    var earliest: MonotonicInstant? { deadlines.compactMap { $0 }.min() }

    mutating func cancel() {
        scheduled?.cancel()
        scheduled = nil
        deadlines = deadlines.map { _ in nil }
    }
}

extension HTTPConnection {
    func expect(_ wait: ConnectionWait, within limit: Duration, since start: MonotonicInstant? = nil) {
        let deadline = (start ?? time.now()) + limit
        if wait == .head || wait == .lingering { timer.deadlines[ConnectionWait.idle.rawValue] = nil }
        // A head's time runs from its first byte: later bytes do not extend it.
        if wait == .head, timer.deadlines[wait.rawValue] != nil { return }
        timer.deadlines[wait.rawValue] = deadline
        arm()
    }

    func forget(_ wait: ConnectionWait) {
        timer.deadlines[wait.rawValue] = nil
        if wait == .head { timer.deadlines[ConnectionWait.idle.rawValue] = nil }
    }

    private func arm() {
        guard let context, let earliest = timer.earliest else { return }
        if timer.scheduled != nil, let firesAt = timer.firesAt, firesAt <= earliest { return }
        timer.scheduled?.cancel()
        timer.firesAt = earliest
        let delay = max(.zero, earliest - time.now())
        timer.scheduled = context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(delay.nanoseconds)) {
            self.timer.scheduled = nil
            self.lookAtDeadlines()
        }
    }

    private func lookAtDeadlines() {
        let now = time.now()
        for wait in ConnectionWait.allCases {
            guard let deadline = timer.deadlines[wait.rawValue], deadline <= now else { continue }
            timer.deadlines[wait.rawValue] = nil
            timeIsUp(wait)
        }
        arm()
        loop.runBatch()
    }

    private func timeIsUp(_ wait: ConnectionWait) {
        switch wait {
        case .idle, .lingering: context?.close(promise: nil)
        case .writing: lookAtSlowReader()
        case .head: refuse(.timedOut)
        case .body:
            current?.keepsAlive = false
            current?.body.fail(.timedOut)
            // The answer is out already and only the rest of the request was awaited: that is over now.
            if let current, current.isAnswered { context?.close(promise: nil) }
        }
    }

    /// A client that takes its answer slowly may go on; one that took nothing may not.
    private func lookAtSlowReader() {
        // An option that cannot be read counts as no progress.
        let untaken = try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
        guard let untaken, untaken < untakenBytes else { return context?.close(promise: nil) ?? () }
        untakenBytes = untaken
        expect(.writing, within: limits.writeTime)
    }
}
