// SPDX-License-Identifier: Apache-2.0

/// A moment on this machine's monotonic clock, in nanoseconds since an arbitrary start. Never leaves the process.
@frozen
package struct MonotonicInstant: Hashable, Comparable, Sendable {
    package var nanoseconds: UInt64
    @inlinable
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    @inlinable
    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
    package static func - (a: Self, b: Self) -> Duration {
        .nanoseconds(Int64(bitPattern: a.nanoseconds &- b.nanoseconds))
    }
    /// Saturates instead of wrapping, so that an absurd duration means "never" and not "long ago".
    package static func + (a: Self, d: Duration) -> Self {
        let delta = d.nanoseconds
        if delta >= 0 {
            let (sum, overflow) = a.nanoseconds.addingReportingOverflow(UInt64(delta))
            return Self(nanoseconds: overflow ? .max : sum)
        }
        let back = delta.magnitude
        return Self(nanoseconds: back > a.nanoseconds ? 0 : a.nanoseconds - back)
    }
}

/// A moment of civil time: microseconds since 1970-01-01T00:00:00Z, leap seconds ignored, as Postgres keeps it.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var microseconds: Int64
    package init(microseconds: Int64) { self.microseconds = microseconds }

    package var milliseconds: Int64 { microseconds / 1_000 }
    package var seconds: Int64 { microseconds / 1_000_000 }
    package static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }
    package static func - (a: Self, b: Self) -> Duration { .microseconds(a.microseconds - b.microseconds) }
    package static func + (a: Self, d: Duration) -> Self {
        Self(microseconds: a.microseconds + d.nanoseconds / 1_000)
    }
}

/// Where time comes from. Domain code never reads it: times come in as arguments. Tests pass a manual one.
package protocol TimeSource: Sendable {
    func now() -> MonotonicInstant
    func timestamp() -> Timestamp
}

extension Duration {
    /// Whole nanoseconds, saturating at the ends of Int64 (292 years).
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whole milliseconds, rounded towards zero.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// Seconds with a fraction, for logs and metrics.
    package var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
