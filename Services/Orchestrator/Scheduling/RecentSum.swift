// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What was added within the last window or two: the older one counts by the part of it that is not yet past, as rate
/// limiters do. Never less than nothing.
struct RecentSum: Sendable {
    private let window: Duration
    private var began = MonotonicInstant(nanoseconds: 0)
    private var now = 0.0
    private var before = 0.0

    init(window: Duration) { self.window = window }

    mutating func add(_ amount: Double, at instant: MonotonicInstant) {
        turn(to: instant)
        now += amount
    }

    /// Takes back what was added within the windows that count.
    mutating func take(_ amount: Double, at instant: MonotonicInstant) {
        turn(to: instant)
        let left = max(0, amount - now)
        now = max(0, now - amount)
        before = max(0, before - left)
    }

    func value(at instant: MonotonicInstant) -> Double {
        guard instant > began else { return now + before }
        let passed = (instant - began) / window
        return passed < 1 ? now + before * (1 - passed) : now * max(0, 2 - passed)
    }

    private mutating func turn(to instant: MonotonicInstant) {
        guard instant > began, instant - began >= window else { return }
        // The first window begins with what is first added.
        let windows = now + before > 0 ? ((instant - began) / window).rounded(.down) : 2
        before = windows < 2 ? now : 0
        now = 0
        began = windows < 2 ? began + window : instant
    }
}
