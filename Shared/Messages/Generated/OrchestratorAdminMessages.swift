// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/orchestrator/v1/admin.proto. Do not edit: run `make proto`.

package struct ListWorkersRequest: Equatable, Sendable {
    package init() {}
}

package struct WorkerRow: Equatable, Sendable {
    package var address: String
    /// "ready", "draining", "connecting" or "ejected".
    package var state: String
    package var models: [String]
    package var waiting: UInt32
    package var running: UInt32
    /// This replica's own count of unfinished calls.
    package var inFlight: UInt32
    package var freeCacheTokens: UInt64
    package var prefillTokensPerSecond: Float
    package var reportAgeMs: UInt32

    package init(
        address: String = "", state: String = "", models: [String] = [], waiting: UInt32 = 0, running: UInt32 = 0,
        inFlight: UInt32 = 0, freeCacheTokens: UInt64 = 0, prefillTokensPerSecond: Float = 0, reportAgeMs: UInt32 = 0
    ) {
        self.address = address
        self.state = state
        self.models = models
        self.waiting = waiting
        self.running = running
        self.inFlight = inFlight
        self.freeCacheTokens = freeCacheTokens
        self.prefillTokensPerSecond = prefillTokensPerSecond
        self.reportAgeMs = reportAgeMs
    }
}

package struct ListWorkersReply: Equatable, Sendable {
    package var workers: [WorkerRow]

    package init(workers: [WorkerRow] = []) {
        self.workers = workers
    }
}

package struct GetTurnsRequest: Equatable, Sendable {
    package init() {}
}

package struct GetTurnsReply: Equatable, Sendable {
    package var running: UInt64
    package var settled: UInt64
    package var released: UInt64
    package var expired: UInt64
    package var outboxWaiting: UInt64
    /// Age of the oldest waiting row; 0 when there is none.
    package var outboxLagMs: UInt32

    package init(
        running: UInt64 = 0, settled: UInt64 = 0, released: UInt64 = 0, expired: UInt64 = 0, outboxWaiting: UInt64 = 0,
        outboxLagMs: UInt32 = 0
    ) {
        self.running = running
        self.settled = settled
        self.released = released
        self.expired = expired
        self.outboxWaiting = outboxWaiting
        self.outboxLagMs = outboxLagMs
    }
}
