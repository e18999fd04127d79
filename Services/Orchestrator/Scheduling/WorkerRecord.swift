// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Where a worker listens ("host:port"), as the settings or the name they watch say. The fleet's name for a worker.
package struct WorkerAddress: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }
    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// A model as a worker offers it.
package struct ServedModel: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable { case chat, embedding }
    package var name: String
    package var kind: Kind
    package var contextTokens: UInt32
    package var tokenizer: String
    package var createdAt: Timestamp

    package init(
        name: String, kind: Kind, contextTokens: UInt32, tokenizer: String = "",
        createdAt: Timestamp = Timestamp(microseconds: 0)
    ) {
        self.name = name
        self.kind = kind
        self.contextTokens = contextTokens
        self.tokenizer = tokenizer
        self.createdAt = createdAt
    }
}

/// What a worker says of itself.
package struct WorkerReport: Hashable, Sendable {
    package var instance: UInt64
    package var waiting: UInt32
    package var running: UInt32
    package var maxRunning: UInt32
    package var freeCacheTokens: UInt64
    package var prefillTokensPerSecond: Float
    package var isDraining: Bool
    package var models: [ServedModel]

    package init(
        instance: UInt64, waiting: UInt32 = 0, running: UInt32 = 0, maxRunning: UInt32 = 8,
        freeCacheTokens: UInt64 = 0, prefillTokensPerSecond: Float = 0, isDraining: Bool = false,
        models: [ServedModel]
    ) {
        self.instance = instance
        self.waiting = waiting
        self.running = running
        self.maxRunning = maxRunning
        self.freeCacheTokens = freeCacheTokens
        self.prefillTokensPerSecond = prefillTokensPerSecond
        self.isDraining = isDraining
        self.models = models
    }
}

/// A worker as the fleet knows it: its last report, and what we ourselves have sent it since.
package struct WorkerRecord: Sendable {
    package let address: WorkerAddress
    /// nil until the first report, and again when its load stream breaks.
    package private(set) var report: WorkerReport?
    package private(set) var reportedAt: MonotonicInstant?
    /// Our own unfinished calls.
    package private(set) var inFlight = 0
    /// Calls we started, less those we ended, since the last report: what the report cannot know yet.
    private var sinceReport = 0
    /// Its address is gone; calls of ours may still run on it.
    package var isLeaving = false {
        didSet { if isLeaving { lost() } }
    }
    private var faultsInARow = 0
    private var ejectedUntil: MonotonicInstant?

    /// The address as a number, for rendezvous hashing: the same in every process.
    package let nameHash: UInt64

    package init(address: WorkerAddress) {
        self.address = address
        // FNV-1a; Swift's own hash is seeded anew in every process.
        nameHash = address.rawValue.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// Three faults in a row put a worker aside, for long enough that a restart is over (measured: under two seconds
    /// with the small models) and short enough that nobody waits for it.
    private static let faultsToEject = 3
    private static let ejection = Duration.seconds(3)

    /// How many calls stand between a new one and an idle worker.
    ///
    /// The report is corrected by what we did since; our own count is the floor, because a report that crossed our
    /// call on the way has not seen it.
    package var depth: Int {
        let reported = report.map { Int($0.waiting) + Int($0.running) } ?? 0
        return max(inFlight, reported + sinceReport)
    }

    package func isEjected(at now: MonotonicInstant) -> Bool { ejectedUntil.map { now < $0 } ?? false }

    package mutating func heard(_ new: WorkerReport, at now: MonotonicInstant) {
        guard !isLeaving else { return }
        // A new process at the same address has none of the old one's faults.
        if report?.instance != new.instance {
            faultsInARow = 0
            ejectedUntil = nil
        }
        report = new
        reportedAt = now
        sinceReport = 0
    }

    package mutating func lost() {
        report = nil
        reportedAt = nil
        sinceReport = 0
    }

    package mutating func dispatched() {
        inFlight += 1
        sinceReport += 1
    }

    package mutating func finished(_ outcome: WorkOutcome, at now: MonotonicInstant) {
        inFlight -= 1
        sinceReport -= 1
        switch outcome {
        case .served, .refused:
            faultsInARow = 0
        case .abandoned:
            break
        case .fault:
            faultsInARow += 1
            if faultsInARow >= Self.faultsToEject { ejectedUntil = now + Self.ejection }
        }
    }
}

/// How a call to a worker ended, as far as the worker is concerned.
package enum WorkOutcome: String, Hashable, Sendable {
    case served
    /// The worker said no for a reason of the request's or of its load: it is well.
    case refused
    /// The worker broke or vanished.
    case fault
    /// We left: the client went away or another part of the turn failed. Says nothing of the worker.
    case abandoned
}
