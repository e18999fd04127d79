// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension LoopExecutor {
    /// Sleeps by the loop's own timer.
    ///
    /// For what ticks on a loop: `Task.sleep` has its timer on a thread of its own, which has another of the pool wake
    /// the loop; three threads for one tick.
    /// - Throws: when the task is cancelled, at once.
    package nonisolated(nonsending) func sleep(for duration: Duration) async throws(CancellationError) {
        let sleep = LoopSleep()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                execute { sleep.begin(continuation, on: self, for: duration) }
            }
        } onCancel: {
            execute { sleep.end() }
        }
        if Task.isCancelled { throw CancellationError() }
    }
}

/// One sleep: ends by its timer or by a cancellation, whichever is first.
///
/// `@unchecked Sendable`: confined to its loop.
private final class LoopSleep: @unchecked Sendable {
    private var continuation: UnsafeContinuation<Void, Never>?
    private var timer: Scheduled<Void>?
    private var isOver = false

    func begin(_ continuation: UnsafeContinuation<Void, Never>, on loop: LoopExecutor, for duration: Duration) {
        // A cancellation may have come first.
        guard !isOver else { return continuation.resume() }
        self.continuation = continuation
        let (seconds, attoseconds) = duration.components
        timer = loop.eventLoop.scheduleTask(in: .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)) {
            self.end()
            loop.runBatch()
        }
    }

    func end() {
        isOver = true
        timer?.cancel()
        timer = nil
        continuation?.resume()
        continuation = nil
    }
}
