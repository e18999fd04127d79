// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import NIOPosix
import Synchronization

/// Something that collects work during a batch and does it once at the end, such as a connection with bytes to write.
package protocol BatchFlushing: AnyObject {
    /// Called on the loop, after the batch's jobs have run.
    func flushBatch()
}

/// Runs Swift tasks on one event loop's thread.
///
/// Tasks that serve a connection and tasks that wait for its replies run where its bytes arrive: no thread switch, no
/// lock, and all that a batch of frames causes is written in one go, because `flushAfterBatch` runs when the batch's
/// jobs are done. On the global pool the same work costs two to five times as much. What is pinned to a loop shares
/// one thread, so long computing must leave it.
///
/// `@unchecked Sendable`: everything mutable is touched on the event loop only; `enqueue` from other threads hands
/// the job to the loop first.
package final class LoopExecutor: TaskExecutor, @unchecked Sendable {
    package let eventLoop: any EventLoop
    private var jobs = CircularBuffer<UnownedJob>()
    private var flushing: [any BatchFlushing] = []
    private var isScheduled = false
    private var isRunning = false

    /// Jobs run in one go before the loop gets a chance to read sockets again. Large enough that a full batch of
    /// replies is one write, small enough (about two milliseconds of small jobs) that sockets are not forgotten.
    private static let jobsPerBatch = 4_096

    private init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    // Tasks refer to their executor without owning it, so an executor must outlive every task: one per loop is made
    // on first use and kept until the process ends. Loops are as few as cores.
    private static let all = Mutex<[ObjectIdentifier: LoopExecutor]>([:])

    /// The executor of an event loop, the same one every time.
    package static func of(_ eventLoop: any EventLoop) -> LoopExecutor {
        all.withLock { all in
            let id = ObjectIdentifier(eventLoop)
            if let known = all[id] { return known }
            let made = LoopExecutor(eventLoop)
            all[id] = made
            return made
        }
    }

    /// A loop of the process's shared group: what in-process transports and tools run on.
    package static let shared = LoopExecutor.of(MultiThreadedEventLoopGroup.singleton.any())

    /// Whether the caller runs on this loop's thread, and so may touch what is confined to it.
    package var isCurrent: Bool { eventLoop.inEventLoop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard eventLoop.inEventLoop else {
            eventLoop.execute {
                self.jobs.append(job)
                self.runBatch()
            }
            return
        }
        jobs.append(job)
        schedule()
    }

    /// Runs `body` on the loop: at once when already there, else soon.
    package func execute(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop {
            body()
        } else {
            eventLoop.execute {
                body()
                self.runBatch()
            }
        }
    }

    /// Asks for one `flushBatch` when the present batch ends. Call on the loop, once until the flush has happened.
    package func flushAfterBatch(_ target: any BatchFlushing) {
        flushing.append(target)
        schedule()
    }

    /// Runs waiting jobs, then the flushes. Call on the loop when a batch of input has been handled.
    package func runBatch() {
        guard !isRunning else { return }
        isRunning = true
        let executor = asUnownedTaskExecutor()
        var budget = Self.jobsPerBatch
        while budget > 0, let job = jobs.popFirst() {
            job.runSynchronously(on: executor)
            budget -= 1
        }
        // A flush may cause jobs and further flushes (an in-process peer answers at once): those are the next batch.
        if !flushing.isEmpty {
            let due = flushing
            flushing.removeAll(keepingCapacity: true)
            for target in due { target.flushBatch() }
        }
        isRunning = false
        if !jobs.isEmpty || !flushing.isEmpty { schedule() }
    }

    private func schedule() {
        guard !isScheduled, !isRunning else { return }
        isScheduled = true
        eventLoop.execute {
            self.isScheduled = false
            self.runBatch()
        }
    }
}
