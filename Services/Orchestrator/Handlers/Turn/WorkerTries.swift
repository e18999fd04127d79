// SPDX-License-Identifier: Apache-2.0

import OrchestratorScheduling
import Primitives

/// Which workers one turn has tried, and how often it may still try another.
///
/// Two budgets, because two things are spent. Before the first token a try costs the fleet a prompt and the client
/// nothing. After it, going on elsewhere costs prompt and answer so far again, and each loss is a worker that broke
/// under this very turn: one that breaks every worker must run out of workers to break.
struct WorkerTries: Sendable {
    /// How long a worker that said no, and is well, is left alone.
    static let busyPause = Duration.milliseconds(100)

    private let maxAttempts: Int
    private let maxContinuations: Int
    private(set) var attempts = 1
    private(set) var continuations = 0
    /// How the last call failed; nil before the first.
    private(set) var last: Failure?
    /// Since when this turn has been without a worker: its first failure since the answer last grew.
    private(set) var lostAt: MonotonicInstant?
    private var lengthAtLoss: UInt32 = 0
    /// The answer has gone on at another worker.
    var isContinued = false
    /// The life of a worker that failed: one that has started again is another worker.
    private var failed: [WorkerAddress: UInt64] = [:]
    private var busy: [WorkerAddress: MonotonicInstant] = [:]

    init(maxAttempts: Int, maxContinuations: Int) {
        self.maxAttempts = maxAttempts
        self.maxContinuations = maxContinuations
    }

    /// Takes note of a call that failed.
    /// - Parameters:
    ///   - hasBegun: whether any of the answer is there, from this worker or from one before it.
    ///   - length: the answer's tokens so far.
    /// - Returns: whether another worker may be tried.
    mutating func failed(
        _ placement: Placement, _ failure: Failure, _ outcome: WorkOutcome, hasBegun: Bool, length: UInt32,
        at now: MonotonicInstant
    ) -> Bool {
        last = failure
        if lostAt == nil || length > lengthAtLoss { (lostAt, lengthAtLoss) = (now, length) }
        switch outcome {
        case .abandoned, .served: return false
        case .refused where hasBegun:
            // It did nothing, so nothing is spent; time alone bounds how often it is asked again.
            busy[placement.worker] = now + Self.busyPause
            return true
        case .refused, .fault: break
        }
        failed[placement.worker] = placement.instance
        if hasBegun {
            continuations += 1
            return continuations <= maxContinuations
        }
        attempts += 1
        return attempts <= maxAttempts
    }

    /// One of two calls that ran at once has failed, and the other runs on: a try, but the turn has a worker.
    mutating func failedBeside(_ placement: Placement, _ failure: Failure, _ outcome: WorkOutcome) {
        last = failure
        guard outcome == .fault || outcome == .refused else { return }
        failed[placement.worker] = placement.instance
        attempts += 1
    }

    /// The workers that are not to be asked now.
    /// - Parameter instance: which life of a worker is known now; nil for one that is not heard.
    func excluded(at now: MonotonicInstant, instance: (WorkerAddress) -> UInt64?) -> Set<WorkerAddress> {
        var excluded = Set(busy.filter { now < $0.value }.keys)
        for (worker, life) in failed where instance(worker).map({ $0 == life }) ?? true { excluded.insert(worker) }
        return excluded
    }
}

/// Why a turn had to go on at another worker. A closed vocabulary: metrics use it.
enum ContinuationCause: String, Hashable, Sendable, CaseIterable {
    /// The worker or the way to it is gone.
    case lost
    /// Its engine failed under the answer.
    case broken
    /// It is on its way out.
    case stopping
    /// It had no room for what another worker began.
    case refused
    /// It did not go on where the answer stands.
    case diverged

    init(_ failure: Failure) {
        switch failure.reason {
        case "engine_failed": self = .broken
        case "stopping", "draining": self = .stopping
        case Failure.outOfPlace.reason, Failure.otherTokenizer.reason: self = .diverged
        default: self = failure.code == .resourceExhausted || failure.code == .notFound ? .refused : .lost
        }
    }
}

/// How another worker is told what is there already.
enum ContinuationWay: String, Hashable, Sendable, CaseIterable {
    /// The tokens themselves: the answer is the one that would have been.
    case tokens
    /// The text, for a worker that numbers tokens otherwise or not at all: a good continuation, not the same one.
    case text
}

extension Failure {
    /// A worker's stream ended without a last word.
    static let cutOff = Failure(.unavailable, "The answer was cut off.", reason: "worker_lost", retry: .now)
    static let outOfPlace = Failure(
        .unavailable, "The answer was cut off.", reason: "answer_out_of_place", retry: .now,
        detail: "a worker's chunk does not follow the one before it")
    static let otherTokenizer = Failure(
        .unavailable, "The answer was cut off.", reason: "tokenizer_differs", retry: .now,
        detail: "a worker took tokens of another vocabulary")
}
