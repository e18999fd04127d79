// SPDX-License-Identifier: Apache-2.0

/// Those who wait for the workers of one model: how much there is to do for them, and in whose turn.
package struct PoolLine: Sendable {
    private var counts = [0, 0, 0]
    private var seconds = [0.0, 0, 0]
    private var countOfTenant: [WorkQueue.TenantOfClass: Int] = [:]
    private var tenants = [0, 0, 0]

    var isEmpty: Bool { counts.allSatisfy { $0 == 0 } }

    /// For how long all of them would hold a place, one after another.
    package var allSeconds: Double { seconds.reduce(0, +) }
    package var count: Int { counts.reduce(0, +) }

    /// The same of those who go before a request that comes now: by their class, and in its own class no more than its
    /// tenant's share lets.
    package func seconds(before serviceClass: ServiceClass, of tenant: UInt64) -> Double {
        let own = serviceClass.rawValue
        let higher = seconds[..<own].reduce(0, +)
        guard counts[own] > 0 else { return higher }
        // One round of the tenants for each of its own, and the round that it is in itself.
        let waiting = countOfTenant[WorkQueue.TenantOfClass(tenant: tenant, serviceClass: own)] ?? 0
        let share = min(counts[own], (waiting + 1) * tenants[own])
        return higher + seconds[own] * Double(share) / Double(counts[own])
    }

    mutating func add(_ work: WaitingWork) {
        let key = WorkQueue.TenantOfClass(work.request)
        counts[key.serviceClass] += 1
        seconds[key.serviceClass] += work.seconds
        if countOfTenant[key] == nil { tenants[key.serviceClass] += 1 }
        countOfTenant[key, default: 0] += 1
    }

    mutating func remove(_ work: WaitingWork) {
        let key = WorkQueue.TenantOfClass(work.request)
        counts[key.serviceClass] -= 1
        // Sums of what is not exact do not come back to nothing by themselves.
        let left = seconds[key.serviceClass] - work.seconds
        seconds[key.serviceClass] = counts[key.serviceClass] == 0 ? 0 : max(0, left)
        let rest = (countOfTenant[key] ?? 1) - 1
        countOfTenant[key] = rest > 0 ? rest : nil
        if rest == 0 { tenants[key.serviceClass] -= 1 }
    }
}
