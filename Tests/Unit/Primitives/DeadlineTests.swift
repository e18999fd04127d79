// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@Suite struct DeadlineTests {
    private let time = ManualTime()

    @Test func remainingShrinksAndTurnsNegative() {
        let deadline = Deadline.after(.milliseconds(100), from: time.now())
        #expect(deadline.remaining(at: time.now()) == .milliseconds(100))
        time.advance(by: .milliseconds(99))
        #expect(!deadline.hasPassed(at: time.now()))
        time.advance(by: .milliseconds(1))
        #expect(deadline.hasPassed(at: time.now()))
        time.advance(by: .milliseconds(5))
        #expect(deadline.remaining(at: time.now()) == .milliseconds(-5))
    }

    @Test func distantFutureNeverPasses() {
        let deadline = Deadline.distantFuture
        #expect(!deadline.hasPassed(at: MonotonicInstant(nanoseconds: .max)))
        #expect(deadline.remaining(at: time.now()) > .seconds(1_000_000))
        #expect(deadline.nanosecondsLeft(at: time.now()) > 1_000_000 * 1_000_000_000)
    }

    /// Goal: the call path's whole nanoseconds say what `Duration` says.
    @Test func nanosecondsSayTheSame() {
        let deadline = Deadline.after(nanoseconds: 100_000_000, from: time.now())
        #expect(deadline == .after(.milliseconds(100), from: time.now()))
        time.advance(by: .milliseconds(130))
        #expect(deadline.nanosecondsLeft(at: time.now()) == -30_000_000)
        #expect(Deadline.after(nanoseconds: .max, from: MonotonicInstant(nanoseconds: .max - 1)).isDistant)
    }

    @Test func absurdDurationsSaturate() {
        #expect(Deadline.after(.seconds(Int64.max), from: time.now()) > Deadline.after(.seconds(1), from: time.now()))
        #expect(Deadline.after(.seconds(Int64.min), from: time.now()).hasPassed(at: time.now()))
    }

    @Test func tighterDeadlineComparesLess() {
        let near = Deadline.after(.seconds(1), from: time.now())
        let far = Deadline.after(.seconds(2), from: time.now())
        #expect(min(near, far) == near)
        #expect(near < .distantFuture)
    }

    @Test func durationsConvertWithoutOverflow() {
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
        #expect(Duration.milliseconds(1_500).milliseconds == 1_500)
        #expect(Duration.microseconds(-1_500).milliseconds == -1)
        #expect(Duration.milliseconds(250).inSeconds == 0.25)
    }
}
