// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The context that new connections take. It is replaced when certificates are, while the process runs; connections
/// keep the one they began with, so whoever holds some looks which of them are old when it is told.
package final class TLSSource: Sendable {
    private struct State {
        var context: TLSContext
        var listeners: [Listener] = []
    }
    /// Somebody who wants to be told, for as long as it lives.
    private struct Listener: Sendable {
        let isAlive: @Sendable () -> Bool
        let tell: @Sendable () -> Void
    }
    private let state: Mutex<State>

    package init(_ context: TLSContext) { state = Mutex(State(context: context)) }

    package var current: TLSContext { state.withLock { $0.context } }

    /// From here on new connections take `context`.
    package func replace(with context: TLSContext) {
        let listeners = state.withLock { state in
            state.context = context
            return state.listeners
        }
        for listener in listeners { listener.tell() }
    }

    /// Calls `listener` after every replacement, on the thread that replaces, while `owner` lives. Those who are gone
    /// are forgotten here: replicas come and go with their names, and each brings listeners.
    package func onReplacement<Owner: AnyObject & Sendable>(
        telling owner: Owner, _ listener: @escaping @Sendable (Owner) -> Void
    ) {
        let made = Listener(
            isAlive: { [weak owner] in owner != nil },
            tell: { [weak owner] in
                if let owner { listener(owner) }
            })
        state.withLock { state in
            state.listeners.removeAll { !$0.isAlive() }
            state.listeners.append(made)
        }
    }
}
