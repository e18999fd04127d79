// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives
import Testing

@testable import OrchestratorScheduling
@testable import OrchestratorService

@Suite struct WorkerTriesTests {
    private static let placement = Placement(
        job: 1, worker: WorkerAddress(rawValue: "w:1"), instance: 1, rule: .least, serviceClass: .standard,
        waited: .zero, cost: CostInSeconds())
    private static let full = Failure(.resourceExhausted, "Full.", reason: "queue_full")

    private static func second(_ second: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: second * 1_000_000_000)
    }

    /// A worker that says no again and again must not begin the patience anew each time; an answer that goes on may.
    @Test func patienceBeginsWithTheLossAndNotWithEachTry() {
        var tries = WorkerTries(maxAttempts: 3, maxContinuations: 3)
        #expect(tries.lostAt == nil)
        for (time, length, lost) in [(1, 5, 1), (2, 5, 1), (9, 5, 1), (10, 6, 10), (11, 6, 10)]
            as [(UInt64, UInt32, UInt64)]
        {
            let mayGoOn = tries.failed(
                Self.placement, Self.full, .refused, hasBegun: true, length: length, at: Self.second(time))
            #expect(mayGoOn)
            #expect(tries.lostAt == Self.second(lost))
        }
    }

    /// What a worker in front of another server guesses before its first request is no measurement.
    @Test func aGuessedPaceIsNoMeasurement() {
        let guess = LoadReport(prefillTokensPerSecond: 900, stepUsByBatch: [1_000], paceSamples: 0)
        #expect(WorkerReport(guess).prefillTokensPerSecond == 0 && WorkerReport(guess).stepMicroseconds.isEmpty)
        for samples: UInt64? in [1, nil] {
            let known = LoadReport(prefillTokensPerSecond: 900, stepUsByBatch: [1_000], paceSamples: samples)
            #expect(
                WorkerReport(known).prefillTokensPerSecond == 900 && WorkerReport(known).stepMicroseconds == [1_000])
        }
    }
}
