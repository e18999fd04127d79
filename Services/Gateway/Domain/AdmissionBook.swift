// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What this gateway knows of every organisation's limits: leases that billing gave, and a bucket of its own for when
/// billing cannot be asked. A value; the caller does the asking.
///
/// **Overshoot.** A lease was charged to the shared buckets when billing gave it, so requests never exceed the plan
/// because of leases; what they may exceed is the token windows, by at most `leaseTokenLimit` for each leased request.
/// While billing is down each gateway admits on its own, so that an organisation gets at most its plan's requests per
/// minute from each gateway: the overshoot is (gateways - 1) times the plan, and every minute of it is logged.
package struct AdmissionBook: Sendable {
    /// Organisations remembered; the least used ones are forgotten, which costs them their lease.
    package static let capacity = 8_192
    /// A request that may cost more tokens than this is always put to billing.
    package static let leaseTokenLimit: UInt32 = 4_096
    /// After billing could not be reached, nobody waits for it again for this long.
    package static let retryInterval = Duration.milliseconds(250)
    /// How many seconds' worth of requests a local bucket holds, so that one burst does not take a whole minute's.
    package static let burstSeconds = 10.0

    /// What to do with a request.
    package enum Decision: Hashable, Sendable {
        case admitted(RateLimits)
        case askBilling
        /// Billing was unreachable a moment ago: use `admitLocally`.
        case decideLocally
    }

    package enum LocalVerdict: Hashable, Sendable {
        case admitted(RateLimits)
        case refused(RateLimits, retryAfter: Duration)
    }

    private struct Lease: Sendable {
        var requests: UInt32
        var until: MonotonicInstant
        var limits: RateLimits
    }

    private var leases = RecentMap<OrganisationID, Lease>(capacity: capacity)
    private var buckets = RecentMap<OrganisationID, TokenBucket>(capacity: capacity)
    private var billingIsDownUntil: MonotonicInstant?

    package init() {}

    /// The plans' requests per minute (design decision 12), used only while billing, who owns these numbers as rows,
    /// cannot be asked.
    package static func localRequestsPerMinute(_ plan: Plan) -> Double {
        switch plan {
        case .free: 20
        case .pro: 100
        case .enterprise: 1_000
        }
    }

    package mutating func decide(
        _ organisation: OrganisationID, estimatedTokens: UInt32, at now: MonotonicInstant
    ) -> Decision {
        if estimatedTokens <= Self.leaseTokenLimit, var lease = leases[organisation], lease.requests > 0,
            now < lease.until
        {
            lease.requests -= 1
            if let remaining = lease.limits.requests?.remaining {
                lease.limits.requests?.remaining = remaining > 0 ? remaining - 1 : 0
            }
            leases[organisation] = lease
            return .admitted(lease.limits)
        }
        if let until = billingIsDownUntil, now < until { return .decideLocally }
        return .askBilling
    }

    /// Billing answered.
    /// - Parameters:
    ///   - requests: how many further requests it lets us admit.
    ///   - lasting: for how long.
    package mutating func granted(
        _ organisation: OrganisationID, requests: UInt32, lasting: Duration, limits: RateLimits,
        at now: MonotonicInstant
    ) {
        billingIsDownUntil = nil
        guard requests > 0 else { return }
        var lease = Lease(requests: requests, until: now + lasting, limits: limits)
        if let held = leases[organisation], held.requests > 0, now < held.until {
            // Two answers crossed: both were charged, so both count, but only as long as the shorter one.
            lease.requests += held.requests
            lease.until = min(lease.until, held.until)
        }
        leases[organisation] = lease
    }

    /// Billing answered with a refusal: what was leased before counts no longer.
    package mutating func refused(_ organisation: OrganisationID) {
        billingIsDownUntil = nil
        leases[organisation] = nil
    }

    package mutating func billingWasUnreachable(at now: MonotonicInstant) {
        billingIsDownUntil = now + Self.retryInterval
    }

    package mutating func admitLocally(
        _ organisation: OrganisationID, plan: Plan, at now: MonotonicInstant
    ) -> LocalVerdict {
        let perMinute = Self.localRequestsPerMinute(plan)
        var bucket =
            buckets[organisation]
            ?? TokenBucket(perSecond: perMinute / 60, capacity: max(1, perMinute / 60 * Self.burstSeconds), at: now)
        let wait = bucket.take(at: now)
        buckets[organisation] = bucket
        let window = RateLimits.Window(
            limit: UInt64(perMinute), remaining: UInt64(bucket.level), reset: bucket.timeToFill)
        let limits = RateLimits(requests: window, tokens: nil)
        if let wait { return .refused(limits, retryAfter: wait) }
        return .admitted(limits)
    }
}

/// A bucket that fills steadily and gives one at a time.
package struct TokenBucket: Hashable, Sendable {
    private let perSecond: Double
    private let capacity: Double
    package private(set) var level: Double
    private var filledAt: MonotonicInstant

    package init(perSecond: Double, capacity: Double, at now: MonotonicInstant) {
        self.perSecond = perSecond
        self.capacity = capacity
        level = capacity
        filledAt = now
    }

    /// nil when one was taken, else how long until there is one.
    package mutating func take(at now: MonotonicInstant) -> Duration? {
        level = min(capacity, level + (now - filledAt).inSeconds * perSecond)
        filledAt = now
        guard level >= 1 else { return .seconds((1 - level) / perSecond) }
        level -= 1
        return nil
    }

    package var timeToFill: Duration { .seconds((capacity - level) / perSecond) }
}
