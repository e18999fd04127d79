// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives
import RPC
import Synchronization

/// Whether one connection is wanted: from the first call that has to wait for it until it was long unused.
final class Demand: Sendable {
    private struct State {
        var isWanted = false
        var waiting: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())
    private let unusedTime: Duration

    /// - Parameter unusedTime: a connection without a call for this long to twice as long is closed.
    init(unusedTime: Duration) { self.unusedTime = unusedTime }

    var isWanted: Bool { state.withLock { $0.isWanted } }

    func want() {
        let waiting = state.withLock { state in
            state.isWanted = true
            return state.waiting.take()
        }
        waiting?.resume()
    }

    /// Returns when it is wanted or the task is cancelled. One task waits at a time: the connector's.
    func wanted() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.isWanted || Task.isCancelled { return true }
                    state.waiting = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.take() }?.resume()
        }
    }

    /// Looks at a connection that has come about until it is no longer used, and lets it go. Call on its loop.
    func watch(_ connection: ClientConnection) { look(connection, callsMade: connection.callsMade) }

    private func look(_ connection: ClientConnection, callsMade: UInt32) {
        connection.loop.eventLoop.scheduleTask(in: .nanoseconds(unusedTime.nanoseconds)) { [weak connection] in
            guard let connection, connection.isUsable else { return }
            guard connection.inFlight == 0, connection.callsMade == callsMade else {
                return self.look(connection, callsMade: connection.callsMade)
            }
            // On the loop, where calls are made: none can come between these two.
            self.state.withLock { $0.isWanted = false }
            connection.drain()
        }
    }
}
