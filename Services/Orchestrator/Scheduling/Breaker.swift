// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Puts a worker aside that fails again and again, and lets one call at a time find out whether it is well.
package struct Breaker: Hashable, Sendable {
    /// Three faults in a row are no accident. The first pause is long enough that a restart is over (measured: under
    /// two seconds with the small models); each failed probe doubles it.
    private static let faultsToOpen = 3
    private static let pauses = (first: Duration.seconds(3), longest: Duration.seconds(48))

    private var faults = 0
    private var openUntil: MonotonicInstant?
    private var pause = Self.pauses.first
    private var isProbed = false

    package init() {}

    package func allows(at now: MonotonicInstant) -> Bool {
        guard let openUntil else { return true }
        return now >= openUntil && !isProbed
    }

    package mutating func dispatched(at now: MonotonicInstant) {
        if openUntil != nil { isProbed = true }
    }

    package mutating func finished(_ outcome: WorkOutcome, at now: MonotonicInstant) {
        isProbed = false
        switch outcome {
        case .served, .refused: self = Breaker()
        case .abandoned: break
        case .fault:
            faults += 1
            if openUntil != nil { pause = min(pause * 2, Self.pauses.longest) }
            if faults >= Self.faultsToOpen || openUntil != nil { openUntil = now + pause }
        }
    }
}

/// How a call to a worker ended, as far as the worker is concerned.
package enum WorkOutcome: String, CaseIterable, Hashable, Sendable {
    case served
    /// The worker said no for a reason of the request's or of its load: it is well.
    case refused
    /// The worker broke or vanished.
    case fault
    /// We left: the client went away or another part of the turn failed. Says nothing of the worker.
    case abandoned
}
