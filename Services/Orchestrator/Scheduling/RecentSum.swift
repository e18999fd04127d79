// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What was added within the last window or two: the older one counts by the part of it that is not yet past, as rate
/// limiters do.
struct RecentSum: Sendable {
    private let window: Duration
    private var began = MonotonicInstant(nanoseconds: 0)
    private var now = 0.0
    private var before = 0.0

    init(window: Duration) { self.window = window }

    mutating func add(_ amount: Double, at instant: MonotonicInstant) {
        if instant > began, instant - began >= window {
            // After a pause of two windows nothing of them counts.
            before = instant - began < window * 2 ? now : 0
            now = 0
            began = instant
        }
        now += amount
    }

    func value(at instant: MonotonicInstant) -> Double {
        guard instant > began else { return now + before }
        let passed = (instant - began) / window
        return passed < 1 ? now + before * (1 - passed) : now * max(0, 2 - passed)
    }
}
