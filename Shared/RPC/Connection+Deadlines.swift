// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives

extension Connection {
    /// Makes sure that somebody looks when `deadline` passes. One timer serves all calls: it is set for the earliest,
    /// and most calls end long before, so a timer per call would be set and cancelled for nothing.
    func watch(_ deadline: Deadline) {
        guard deadline.instant < nextDeadline else { return }
        deadlineTimer?.cancel()
        nextDeadline = deadline.instant
        // Rounded up to the next millisecond: a timer that fires early would have to be set again.
        let delay = max(0, deadline.remaining(at: time.now()).nanoseconds) + 1_000_000
        deadlineTimer = loop.eventLoop.scheduleTask(in: .nanoseconds(delay)) { self.checkDeadlines() }
    }

    private func checkDeadlines() {
        deadlineTimer = nil
        nextDeadline = MonotonicInstant(nanoseconds: .max)
        guard !isClosed else { return }
        let now = time.now()
        var earliest = Deadline.distantFuture
        for stream in openStreams + Array(waiting) {
            if stream.deadline.hasPassed(at: now) {
                stream.deadlinePassed()
            } else {
                earliest = min(earliest, stream.deadline)
            }
        }
        // Their time is over, and whoever was cancelled while it stood in line leaves it here at the latest.
        waiting.removeAll { $0.deadline.hasPassed(at: now) }
        if !earliest.isDistant { watch(earliest) }
        loop.runBatch()
    }
}
