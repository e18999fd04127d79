// SPDX-License-Identifier: Apache-2.0

/// What each tenant of one class has used of its share, in tokens, while requests had to wait.
///
/// Deficit counters (Shreedhar and Varghese 1995; for cached prompts "locality-aware fair scheduling", arXiv
/// 2501.14312): a tenant with credit may go; service takes credit away; when nobody who waits has any left, all get a
/// quantum. So a tenant is never ahead of its share by more than a quantum and one request. Nothing is charged while
/// nobody waits: using what would be idle takes nothing from anybody.
package struct TenantAccounts: Hashable, Sendable {
    /// A tenant that left keeps its debt only as long as there is room for it.
    private static let maxAccounts = 65_536

    private let quantum: Int
    private var credit: [UInt64: Int] = [:]

    package init(quantum: Int) { self.quantum = max(1, quantum) }

    package func credit(of tenant: UInt64) -> Int { credit[tenant] ?? quantum }
    package var count: Int { credit.count }

    /// Whether this tenant has used more than half of its quantum while others want theirs: it keeps to what it has,
    /// and does not spread its prefixes over caches that hold others'.
    package func isPastShare(_ tenant: UInt64) -> Bool {
        guard let own = credit[tenant], own < quantum / 2 else { return false }
        return credit.count > 1
    }

    package mutating func charge(_ tenant: UInt64, _ tokens: Int) {
        if credit.count >= Self.maxAccounts, credit[tenant] == nil { credit = credit.filter { $0.value < 0 } }
        if credit.count >= Self.maxAccounts, credit[tenant] == nil { return }
        credit[tenant, default: quantum] -= tokens
    }

    /// Gives everybody as many quanta as it takes until one of these has credit.
    package mutating func replenish(until tenants: some Sequence<UInt64>) {
        guard let best = tenants.map(credit(of:)).max(), best <= 0 else { return }
        let given = (-best / quantum + 1) * quantum
        for (tenant, old) in credit {
            let new = old + given
            // Nobody saves up: what was not used is gone.
            if new >= quantum { credit[tenant] = nil } else { credit[tenant] = new }
        }
    }

    /// Nobody waits any more: everybody begins anew.
    package mutating func reset() {
        if !credit.isEmpty { credit = [:] }
    }

    /// How far the best of those who wait is ahead of the worst.
    package func gap(among tenants: some Sequence<UInt64>) -> Int {
        var least = Int.max
        var most = Int.min
        for tenant in tenants {
            let own = credit(of: tenant)
            least = min(least, own)
            most = max(most, own)
        }
        return least <= most ? most - least : 0
    }
}
