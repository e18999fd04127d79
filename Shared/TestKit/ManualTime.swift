// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Synchronization

/// Time that stands still until a test moves it.
package final class ManualTime: TimeSource {
    private struct State {
        var instant: MonotonicInstant
        var timestamp: Timestamp
    }

    private let state: Mutex<State>

    /// Starts an hour after the machine's, so that subtracting a little does not saturate, and at a plain date:
    /// 2026-01-01T00:00:00Z.
    package init(
        instant: MonotonicInstant = MonotonicInstant(nanoseconds: 3_600_000_000_000),
        timestamp: Timestamp = Timestamp(microseconds: 1_767_225_600_000_000)
    ) {
        state = Mutex(State(instant: instant, timestamp: timestamp))
    }

    package func now() -> MonotonicInstant { state.withLock { $0.instant } }
    package func timestamp() -> Timestamp { state.withLock { $0.timestamp } }

    /// Moves both clocks forward.
    package func advance(by duration: Duration) {
        state.withLock {
            $0.instant = $0.instant + duration
            $0.timestamp = $0.timestamp + duration
        }
    }

    /// Sets the civil clock alone, as an operator or NTP would. The monotonic one is not moved by that.
    package func setTimestamp(_ timestamp: Timestamp) { state.withLock { $0.timestamp = timestamp } }
}
