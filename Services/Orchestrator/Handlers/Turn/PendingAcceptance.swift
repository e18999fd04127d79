// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Whether the turn's row is written: done side by side with the turn's beginning, and waited for by whatever must not
/// happen before it.
final class PendingAcceptance: Sendable {
    private struct State {
        var result: Result<Void, any Error>?
        var waiting: [UnsafeContinuation<Void, any Error>] = []
    }
    private let state = Mutex(State())

    /// Tells how the writing went; once.
    func finish(_ result: Result<Void, any Error>) {
        let waiting = state.withLock { state in
            state.result = result
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
    }

    /// Returns when the row is durable. Bounded by the deadline of the statement, so it does not look at cancellation.
    /// - Throws: `KnownTurnFound`, or why there is no row.
    func wait() async throws {
        try await withUnsafeThrowingContinuation { continuation in
            let result = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let result { continuation.resume(with: result) }
        }
    }
}
