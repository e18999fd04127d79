// SPDX-License-Identifier: Apache-2.0

/// The moment after which a call's answer is worth nothing to its caller.
///
/// Deadlines travel as time left and shrink at each hop: the call layer takes its reserve off. Every call has one;
/// `.distantFuture` is for the few streams that live as long as their connection (WatchLoad) and says so where it is
/// used.
@frozen
package struct Deadline: Hashable, Comparable, Sendable {
    package var instant: MonotonicInstant
    @inlinable
    package init(_ instant: MonotonicInstant) { self.instant = instant }

    package static let distantFuture = Deadline(MonotonicInstant(nanoseconds: .max))
    @inlinable
    package var isDistant: Bool { instant.nanoseconds == .max }

    package static func after(_ duration: Duration, from now: MonotonicInstant) -> Deadline {
        Deadline(now + duration)
    }

    /// The same from nanoseconds, for the path of every call, where dividing a `Duration` by its units is felt.
    @inlinable
    package static func after(nanoseconds: Int64, from now: MonotonicInstant) -> Deadline {
        let (sum, overflow) = now.nanoseconds.addingReportingOverflow(UInt64(max(0, nanoseconds)))
        return Deadline(MonotonicInstant(nanoseconds: overflow ? .max : sum))
    }

    /// Nanoseconds left, saturating; negative once it has passed.
    @inlinable
    package func nanosecondsLeft(at now: MonotonicInstant) -> Int64 {
        let (here, there) = (now.nanoseconds, instant.nanoseconds)
        return there >= here ? Int64(clamping: there - here) : -Int64(clamping: here - there)
    }

    /// Time left; negative once it has passed.
    package func remaining(at now: MonotonicInstant) -> Duration {
        if isDistant { return .seconds(Int64.max / 1_000_000_000) }
        return instant - now
    }

    @inlinable
    package func hasPassed(at now: MonotonicInstant) -> Bool { !isDistant && instant <= now }

    @inlinable
    package static func < (a: Self, b: Self) -> Bool { a.instant < b.instant }
}
