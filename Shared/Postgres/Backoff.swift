// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next try to connect: doubling from 50 ms to 2 s, each wait between half and all of it
/// by chance, so that many processes do not return to a restarted server in step.
struct Backoff {
    private static let first: Int64 = 50
    private static let longest: Int64 = 2_000

    /// Failures in a row.
    private(set) var failures = 0

    mutating func next(random: inout some RandomNumberGenerator) -> Duration {
        let ceiling = min(Self.longest, Self.first << min(failures, 10))
        failures += 1
        return .milliseconds(Int64.random(in: ceiling / 2...ceiling, using: &random))
    }

    mutating func reset() { failures = 0 }
}
