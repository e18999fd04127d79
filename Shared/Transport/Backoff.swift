// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next attempt to connect: doubling, with chance, up to a bound.
///
/// Chance ("full jitter") keeps the clients of a service that has come back from arriving all at once.
package struct Backoff: Sendable {
    /// The first wait is at most this: a process that was restarted listens again after about so long.
    package var first: Duration = .milliseconds(50)
    /// A service that comes back is found within a second, well inside what a person waits; a connection refused
    /// costs microseconds, so trying once a second harms nobody.
    package var longest: Duration = .seconds(1)
    private var attempt = 0

    package init() {}

    package mutating func next(random: inout some RandomNumberGenerator) -> Duration {
        let ceiling = min(longest, first * (1 << min(attempt, 16)))
        attempt += 1
        return ceiling * Double.random(in: 0...1, using: &random)
    }

    /// A connection worked: the next loss starts afresh.
    package mutating func reset() { attempt = 0 }
}
