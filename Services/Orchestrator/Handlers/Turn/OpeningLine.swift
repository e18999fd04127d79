// SPDX-License-Identifier: Apache-2.0

import NIOCore
package import Primitives
import Synchronization

/// Bounds how many turns are on their way to their gate at once.
///
/// A turn's beginning is made of calls with short deadlines. Were everybody of a crowd let in at the same moment, each
/// of those calls would wait in some queue until its deadline passed, and nobody would be served. Here they stand in
/// line, first come first served and before anything was asked on their behalf, and whoever has stood for too long is
/// told to come back.
///
/// The number of live turns bounds the line. A place is left within the deadlines of the calls it covers, so the line
/// moves even when a store hangs, and those who have waited too long are found when it moves: no timers.
package final class OpeningLine: Sendable {
    private struct Waiter {
        var since: MonotonicInstant
        var continuation: UnsafeContinuation<Bool, Never>
    }
    private struct State {
        var free: Int
        var waiting = CircularBuffer<Waiter>()
    }

    private let state: Mutex<State>
    private let patience: Duration
    private let time: any TimeSource

    package init(places: Int, patience: Duration, time: any TimeSource) {
        state = Mutex(State(free: places))
        self.patience = patience
        self.time = time
    }

    /// How many stand in line.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// Takes a place, waiting for one in line.
    /// - Throws: `resource_exhausted` after too long a wait.
    func enter() async throws(Failure) -> Place {
        let now = time.now()
        let isIn = await withUnsafeContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(Waiter(since: now, continuation: continuation))
                return false
            }
            if isFree { continuation.resume(returning: true) }
        }
        guard isIn else { throw .tooManyAtOnce }
        return Place(line: self)
    }

    private func leave() {
        let now = time.now()
        var late: [UnsafeContinuation<Bool, Never>] = []
        let next: UnsafeContinuation<Bool, Never>? = state.withLock { state in
            while let first = state.waiting.popFirst() {
                if now - first.since <= patience { return first.continuation }
                late.append(first.continuation)
            }
            state.free += 1
            return nil
        }
        for continuation in late { continuation.resume(returning: false) }
        next?.resume(returning: true)
    }

    /// A place in front of the gate, left once however often it is said.
    final class Place: Sendable {
        private let line: OpeningLine
        private let isLeft = Atomic<Bool>(false)

        fileprivate init(line: OpeningLine) { self.line = line }

        func leave() {
            if !isLeft.exchange(true, ordering: .relaxed) { line.leave() }
        }
    }
}

extension Failure {
    static let tooManyAtOnce = Failure(
        .resourceExhausted, "Too many requests are being started at once. Please try again in a moment.",
        reason: "overloaded", retry: .after(.seconds(1)))
}
