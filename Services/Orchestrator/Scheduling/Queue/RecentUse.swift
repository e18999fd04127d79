// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// How much of the fleet each tenant of one class has had of late, in tokens of service: what runs for it, and what
/// ended within the last window or two.
///
/// The counters of `TenantAccounts` say who goes next of those who wait; they forget within a quantum, and cannot tell
/// a tenant that had three requests at once from one that floods. This remembers for seconds. Charged at dispatch by
/// estimate and corrected when the truth is known, as those are, but whether anybody waits or not.
///
/// Two windows, the older one counted by the part of it that is not yet past, as rate limiters do: every step takes
/// the same time however many tenants there are.
package struct RecentUse: Sendable {
    package static let window = Duration.seconds(5)
    /// Tenants of one window. Those that come when it is full are not counted, which makes nobody look greedy who is
    /// not: the mean gets larger.
    private static let maxTenants = 65_536

    private let greed: Double
    private let slack: Double
    private var running: [UInt64: Int] = [:]
    private var now: [UInt64: Int] = [:]
    private var before: [UInt64: Int] = [:]
    private var totals = (running: 0, now: 0, before: 0)
    /// Tenants of either window, and those of whom something runs.
    private var tenants = 0
    private var began = MonotonicInstant(nanoseconds: 0)

    package init(_ rules: SchedulingRules) {
        greed = rules.greed
        slack = Double(rules.quantum)
    }

    /// Work begins that is likely to cost so much.
    package mutating func began(_ tenant: UInt64, tokens: Int, at instant: MonotonicInstant) {
        turn(to: instant)
        enter(tenant, 0)
        guard now[tenant] != nil else { return }
        running[tenant, default: 0] += tokens
        totals.running += tokens
    }

    /// Work that was charged so much turned out to cost this.
    package mutating func ended(_ tenant: UInt64, charged: Int, tokens: Int, at instant: MonotonicInstant) {
        turn(to: instant)
        guard let own = running[tenant] else { return }
        enter(tenant, tokens)
        running[tenant] = own > charged ? own - charged : nil
        totals.running -= min(own, charged)
    }

    /// What runs turned out to cost so much more.
    package mutating func corrected(_ tenant: UInt64, by tokens: Int) {
        guard let own = running[tenant] else { return }
        let new = max(0, own + tokens)
        running[tenant] = new
        totals.running += new - own
    }

    /// Whether this tenant has had well more than the mean of those who had anything.
    package func isGreedy(_ tenant: UInt64, at instant: MonotonicInstant) -> Bool {
        guard tenants > 1 else { return false }
        let left = weight(at: instant)
        let own = use(running[tenant] ?? 0, now[tenant] ?? 0, before[tenant] ?? 0, left)
        let mean = use(totals.running, totals.now, totals.before, left) / Double(tenants)
        return own > mean * greed + slack
    }

    private func use(_ running: Int, _ now: Int, _ before: Int, _ left: Double) -> Double {
        Double(running) + Double(now) + Double(before) * left
    }

    /// What of the window before is within one window of this instant.
    private func weight(at instant: MonotonicInstant) -> Double {
        guard instant > began else { return 1 }
        return max(0, 1 - (instant - began) / Self.window)
    }

    private mutating func enter(_ tenant: UInt64, _ tokens: Int) {
        if now[tenant] == nil {
            guard now.count < Self.maxTenants else { return }
            if before[tenant] == nil, running[tenant] == nil { tenants += 1 }
        }
        now[tenant, default: 0] += tokens
        totals.now += tokens
    }

    private mutating func turn(to instant: MonotonicInstant) {
        guard instant > began, instant - began >= Self.window else { return }
        // After a pause of two windows nothing that ended counts.
        let isNext = instant - began < Self.window * 2
        before = isNext ? now : [:]
        totals.before = isNext ? totals.now : 0
        now = [:]
        totals.now = 0
        tenants = running.keys.reduce(before.count) { before[$1] == nil ? $0 + 1 : $0 }
        began = instant
    }
}
