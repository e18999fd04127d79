// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Loops
import NIOCore
import Synchronization

/// What runs for a call: decodes nothing, waits for whatever it likes, and answers.
typealias CallBody = nonisolated(nonsending) @Sendable (ServerCall) async throws -> Void

/// The tasks of one loop that run handlers, used from call to call. Making a task and ending it costs as much as
/// everything else that happens to a short call on the server.
///
/// A worker runs one handler after the other, as long as calls are due. Before each it has another worker called, if
/// more are due: should the handler wait for something, that one goes on, and should it not, the other finds nothing to
/// do. So no call waits for another's handler, as if each had a task of its own, and a batch of short calls costs two
/// wake-ups.
///
/// `@unchecked Sendable`: confined to its loop.
final class CallWorkers: @unchecked Sendable {
    fileprivate let loop: LoopExecutor
    fileprivate var due = Deque<(call: ServerCall, body: CallBody)>()
    fileprivate var idle: [CallWorker] = []
    /// A worker is on its way and has not looked yet. While calls are due, one is, or one is at work.
    fileprivate var isOneCalled = false

    /// Workers kept without work; each holds about two kilobytes.
    fileprivate static let idleKept = 64

    private init(_ loop: LoopExecutor) { self.loop = loop }

    // As loops are (`LoopExecutor.of`): one for each, made on first use and kept until the process ends.
    private static let all = Mutex<[ObjectIdentifier: CallWorkers]>([:])

    static func of(_ loop: LoopExecutor) -> CallWorkers {
        all.withLock { all in
            if let known = all[ObjectIdentifier(loop)] { return known }
            let made = CallWorkers(loop)
            all[ObjectIdentifier(loop)] = made
            return made
        }
    }

    /// Has a call's handler run in the present batch.
    func run(_ call: ServerCall, _ body: @escaping CallBody) {
        due.append((call, body))
        callOne()
    }

    fileprivate func callOne() {
        guard !isOneCalled else { return }
        isOneCalled = true
        if let worker = idle.popLast() { worker.wake() } else { CallWorker(self).start() }
    }
}

/// One of the tasks. It belongs to one call at a time, which may cancel it; a cancelled task serves no other call.
///
/// `@unchecked Sendable`: confined to its loop.
final class CallWorker: @unchecked Sendable {
    private let workers: CallWorkers
    private var task: Task<Void, Never>?
    private var continuation: UnsafeContinuation<Void, Never>?

    fileprivate init(_ workers: CallWorkers) { self.workers = workers }

    fileprivate func start() {
        let loop = workers.loop
        task = Task(executorPreference: loop) {  // House: loose task, because its calls cancel it.
            await self.work()
        }
    }

    /// Tells the handler that runs now to stop. It is the last one of this worker.
    func cancel() { task?.cancel() }

    fileprivate func wake() {
        let waiting = continuation
        continuation = nil
        waiting?.resume()
    }

    private nonisolated(nonsending) func work() async {
        repeat {
            workers.isOneCalled = false
            while !Task.isCancelled, let (call, body) = workers.due.popFirst() {
                if !workers.due.isEmpty { workers.callOne() }
                guard call.begins(on: self) else { continue }
                do {
                    try await body(call)
                } catch {
                    call.fail(error)
                }
                // Wherever the handler has been: this is the task's own code, which prefers the loop.
                assert(workers.loop.isCurrent)
                call.handled()
            }
            if Task.isCancelled || workers.idle.count >= CallWorkers.idleKept { break }
            await withUnsafeContinuation { continuation in
                self.continuation = continuation
                workers.idle.append(self)
            }
        } while true
        task = nil
        // A cancelled worker leaves the rest to another.
        if !workers.due.isEmpty { workers.callOne() }
    }
}
