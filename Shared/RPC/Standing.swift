// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What is known of one address, and what follows from it. A value: times and chance come in as arguments.
///
/// Two kinds of fault are kept apart. *Unreachable*: nothing comes from the address. The fault is surely there, so it
/// is shut out even when it is the only one, and calls fail at once instead of waiting. *Faults*: it answers, and
/// badly. That may come from the requests, so it is shut out only while others do better, and never more than half are.
package struct Standing: Sendable {
    package enum Cause: String, CaseIterable, Sendable {
        case unreachable, faults
    }

    package enum Phase: Equatable, Sendable {
        case closed
        case open(Cause, until: MonotonicInstant)
        /// `left` probes may start before `renewed`, when as many may again.
        case halfOpen(Cause, left: Int, renewed: MonotonicInstant, good: Int)
    }

    /// What a call may do with the address.
    package enum Permit: Equatable, Sendable {
        case use
        /// The call is one of the few that learn whether it is back.
        case probe
        /// Only when there is no other.
        case avoid
        /// Not at all before then.
        case refuse(until: MonotonicInstant)
    }

    package private(set) var phase = Phase.closed
    private let limits: StandingLimits
    /// How often it was shut out without having been good for long in between.
    private var level = 0
    private var closedAt: MonotonicInstant?
    private var avoidedUntil: MonotonicInstant?
    private var unreachable = 0
    private var unreachableSince: MonotonicInstant?
    private var windowStart: MonotonicInstant?
    private var answers = 0
    private var faults = 0
    /// Since when no connection can be made, and when the next attempt is.
    private var awaySince: MonotonicInstant?
    private var nextAttempt: MonotonicInstant?

    package init(limits: StandingLimits = .standard) { self.limits = limits }

    // MARK: What it is good for

    package var isAvoided: Bool { avoidedUntil != nil }
    package var isShutOut: Bool { phase != .closed }
    package var isSilent: Bool { unreachable > 0 }
    /// Whether faults are being counted, and good answers beside them.
    package var isWatched: Bool { windowStart != nil || isShutOut }

    package mutating func permit(at now: MonotonicInstant) -> Permit {
        if let until = avoidedUntil, until <= now { avoidedUntil = nil }
        switch phase {
        case .closed:
            return isAvoided ? .avoid : .use
        case .open(let cause, let until):
            guard until <= now else { return cause == .faults ? .avoid : .refuse(until: until) }
            phase = .halfOpen(
                cause, left: limits.probes - 1, renewed: now + limits.probeInterval, good: 0)
            return .probe
        case .halfOpen(let cause, let left, let renewed, let good):
            if renewed <= now {
                phase = .halfOpen(cause, left: limits.probes - 1, renewed: now + limits.probeInterval, good: good)
                return .probe
            }
            guard left > 0 else { return cause == .faults ? .avoid : .refuse(until: renewed) }
            phase = .halfOpen(cause, left: left - 1, renewed: renewed, good: good)
            return .probe
        }
    }

    /// Until when it makes no sense to wait for it; nil while a call may hope.
    package func hopelessUntil(at now: MonotonicInstant) -> MonotonicInstant? {
        if let since = awaySince, now - since >= limits.restartPatience { return nextAttempt ?? now }
        switch phase {
        case .open(.unreachable, let until): return until > now ? until : nil
        case .halfOpen(.unreachable, let left, let renewed, _): return left == 0 && renewed > now ? renewed : nil
        default: return nil
        }
    }

    /// The share of faults in this window; nil where there are too few answers to tell.
    package func faultShare(at now: MonotonicInstant) -> Double? {
        guard let start = windowStart, now - start <= limits.window, answers >= limits.leastVolume else { return nil }
        return Double(faults) / Double(answers)
    }

    // MARK: What is learnt of it

    /// The address answered `count` times well, or with what is its callers' fault.
    package mutating func answered(_ count: Int = 1, at now: MonotonicInstant) {
        unreachable = 0
        unreachableSince = nil
        answers += count
        if let start = windowStart, now - start > limits.window { forgetFaults() }
        if case .halfOpen(let cause, let left, let renewed, let good) = phase, count > 0 {
            // A probe that was answered makes room for the next.
            phase = .halfOpen(cause, left: left + 1, renewed: renewed, good: good + 1)
            if good + 1 >= limits.goodProbes { close(at: now) }
        } else if case .open(.unreachable, _) = phase {
            close(at: now)  // A late word, but it lives.
        }
    }

    /// It answered, and the answer is its fault; `mayShutOut` says whether others do better and enough are left.
    /// - Returns: Whether it is shut out by this.
    package mutating func faulted(
        at now: MonotonicInstant, random: inout some RandomNumberGenerator, mayShutOut: (Standing) -> Bool
    ) -> Bool {
        unreachable = 0
        unreachableSince = nil
        if windowStart.map({ now - $0 > limits.window }) ?? true {
            forgetFaults()
            windowStart = now
        }
        answers += 1
        faults += 1
        switch phase {
        case .open: return false
        case .halfOpen(.faults, _, _, _): return open(.faults, at: now, random: &random)
        case .halfOpen:
            // It was shut out for its silence, and has spoken.
            close(at: now)
            return false
        case .closed:
            guard let share = faultShare(at: now), share >= limits.faultRatio, mayShutOut(self) else { return false }
            return open(.faults, at: now, random: &random)
        }
    }

    /// A call was lost with its connection, or ran out of time while nothing came.
    /// - Returns: Whether it is shut out by this.
    package mutating func fellSilent(at now: MonotonicInstant, random: inout some RandomNumberGenerator) -> Bool {
        unreachable += 1
        let since = unreachableSince ?? now
        unreachableSince = since
        switch phase {
        case .open: return false
        case .halfOpen(let cause, _, _, _): return open(cause, at: now, random: &random)
        case .closed:
            guard unreachable >= limits.unreachableInARow, now - since >= limits.leastSilence else { return false }
            return open(.unreachable, at: now, random: &random)
        }
    }

    /// It has too much to do, and says for how long.
    package mutating func overloaded(for asked: Duration, at now: MonotonicInstant) {
        let until = now + min(asked, limits.longestAvoidance)
        if asked > .zero, until > avoidedUntil ?? now { avoidedUntil = until }
    }

    package mutating func couldNotConnect(nextIn wait: Duration, at now: MonotonicInstant) {
        if awaySince == nil { awaySince = now }
        // Several loops try; whichever is first will know.
        if nextAttempt.map({ $0 <= now || $0 > now + wait }) ?? true { nextAttempt = now + wait }
    }

    /// A peer of the right name has said hello: whatever was unreachable is there.
    package mutating func connected(at now: MonotonicInstant) {
        awaySince = nil
        nextAttempt = nil
        unreachable = 0
        unreachableSince = nil
        switch phase {
        case .open(.unreachable, _), .halfOpen(.unreachable, _, _, _): close(at: now)
        default: break
        }
    }

    // MARK: Phases

    private mutating func forgetFaults() {
        windowStart = nil
        answers = 0
        faults = 0
    }

    private mutating func close(at now: MonotonicInstant) {
        phase = .closed
        closedAt = now
        unreachable = 0
        unreachableSince = nil
        forgetFaults()
    }

    private mutating func open(
        _ cause: Cause, at now: MonotonicInstant, random: inout some RandomNumberGenerator
    ) -> Bool {
        if let closedAt, now - closedAt > limits.forgiveness { level = 0 }
        let bound = cause == .faults ? limits.longestOpen : limits.longestSilence
        let whole = min(bound, limits.firstOpen * (1 << min(level, 16)))
        level += 1
        // Between half and all of it, so that not every caller comes back in one moment.
        phase = .open(cause, until: now + whole * Double.random(in: 0.5...1, using: &random))
        closedAt = nil
        return true
    }
}
