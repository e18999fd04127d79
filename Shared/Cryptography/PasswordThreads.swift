// SPDX-License-Identifier: Apache-2.0

import Primitives
import Synchronization

/// A few threads of their own for the slow hashing of passwords, behind a bounded queue.
///
/// A flood of logins then costs at most these threads: the event loops and the cooperative pool stay free, and what
/// does not fit in the queue is refused at the door.
package final class PasswordThreads: Sendable {
    package enum Refusal: Error, Hashable, Sendable {
        /// As many hashes wait as may wait. Trying again in a second is reasonable.
        case busy
        case refused(Bcrypt.Refusal)
    }

    private struct State {
        var queue: [@Sendable () -> Void] = []
        var running = 0
    }

    private let state = Mutex(State())
    private let threads: Int
    private let queueLimit: Int

    /// - Parameters:
    ///   - threads: hashes at one time; each takes one core for about 250 ms at cost 12.
    ///   - queueLimit: hashes that may wait. Sixteen behind two threads is two seconds, a login's own deadline.
    package init(threads: Int = 2, queueLimit: Int = 16) {
        self.threads = threads
        self.queueLimit = queueLimit
    }

    package func hash(password: String, cost: Int) async throws(Refusal) -> String {
        let result: Result<String, Bcrypt.Refusal> = try await perform {
            Result { () throws(Bcrypt.Refusal) in try Bcrypt.hash(password: password, cost: cost) }
        }
        switch result {
        case .success(let hash): return hash
        case .failure(let refusal): throw .refused(refusal)
        }
    }

    package func verify(password: String, against hash: String) async throws(Refusal) -> Bool {
        try await perform { Bcrypt.verify(password: password, against: hash) }
    }

    private func perform<T: Sendable>(_ work: @escaping @Sendable () -> T) async throws(Refusal) -> T {
        let value: T? = await withCheckedContinuation { continuation in
            if !submit({ continuation.resume(returning: work()) }) { continuation.resume(returning: nil) }
        }
        guard let value else { throw .busy }
        return value
    }

    /// Threads come and go with the work, so an idle process keeps none and nothing needs to be shut down.
    private func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        enum Verdict { case refused, queued, start }
        let verdict = state.withLock { state -> Verdict in
            if state.running < threads {
                state.running += 1
                return .start
            }
            guard state.queue.count < queueLimit else { return .refused }
            state.queue.append(job)
            return .queued
        }
        switch verdict {
        case .refused: return false
        case .queued: return true
        case .start: return start(first: job)
        }
    }

    private func start(first job: @escaping @Sendable () -> Void) -> Bool {
        let started = DetachedThread.start {
            var next: (@Sendable () -> Void)? = job
            while let job = next {
                job()
                next = self.state.withLock { state in
                    if !state.queue.isEmpty { return state.queue.removeFirst() }
                    state.running -= 1
                    return nil
                }
            }
        }
        if !started { state.withLock { $0.running -= 1 } }
        return started
    }
}
