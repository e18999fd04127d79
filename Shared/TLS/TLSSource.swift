// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The context that new connections take. It is replaced when certificates are, while the process runs; connections
/// keep the one they began with, so whoever holds some looks which of them are old when it is told.
package final class TLSSource: Sendable {
    private struct State {
        var context: TLSContext
        var listeners: [@Sendable () -> Void] = []
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
        for listener in listeners { listener() }
    }

    /// Calls `listener` after every replacement, on the thread that replaces. It is kept as long as this is.
    package func onReplacement(_ listener: @escaping @Sendable () -> Void) {
        state.withLock { $0.listeners.append(listener) }
    }
}
