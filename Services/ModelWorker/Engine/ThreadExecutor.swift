// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Runs tasks' jobs on one thread of its own: for work that computes too long for an event loop, as tokenising a long
/// prompt, and is called from a task.
package final class ThreadExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isServing = false
        var mustStop = false
    }
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)

    package init() {}

    /// While nobody serves, before start and after the end, a job runs where it comes from: late, but never lost.
    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let isQueued = state.withLock { state in
            if state.isServing { state.jobs.append(unowned) }
            return state.isServing
        }
        if isQueued { signal.signal() } else { unowned.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// Runs the thread until the task is cancelled.
    package func run() async throws {
        try await withTaskCancellationHandler {
            try await OwnedThread.run { self.serve() }
        } onCancel: {
            state.withLock { $0.mustStop = true }
            signal.signal()
        }
    }

    private func serve() {
        state.withLock { $0.isServing = true }
        while true {
            let (jobs, isOver) = state.withLock { state in
                defer { state.jobs = [] }
                let isOver = state.mustStop && state.jobs.isEmpty
                if isOver { state.isServing = false }
                return (state.jobs, isOver)
            }
            if isOver { return }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
            // One signal per job: what is left over only makes the thread look once more.
            if jobs.isEmpty { signal.wait() }
        }
    }
}
