// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Something that another task of the turn does, and that is waited for by whatever must not happen before it: that the
/// turn's row is written, that its prompt is made.
final class Pending<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiting: [UnsafeContinuation<Value, any Error>] = []
    }
    private let state = Mutex(State())

    /// Tells how it went; once.
    func finish(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state in
            state.result = result
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
    }

    /// Returns when it is done. Bounded by the deadlines of what is done, so it does not look at cancellation.
    /// - Throws: Why there is nothing; for the turn's row perhaps `KnownTurnFound`.
    func wait() async throws -> Value {
        try await withUnsafeThrowingContinuation { continuation in
            let result = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let result { continuation.resume(with: result) }
        }
    }
}
