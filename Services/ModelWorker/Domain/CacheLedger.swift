// SPDX-License-Identifier: Apache-2.0

/// What the prefix cache did, in all and for the tenants that use it most.
///
/// Bounded: beyond `maxTenants` the tenant that had least gives up its place, as the counters of frequent items do
/// (Metwally et al., "Efficient computation of frequent and top-k elements", 2005). Its figures are lost, sums stay.
package struct CacheLedger: Hashable, Sendable {
    package struct Counts: Hashable, Sendable {
        package var requests = 0
        /// Requests that found a part of their prompt.
        package var hits = 0
        package var promptTokens = 0
        /// Prompt tokens that were not computed, restored ones counted in.
        package var cachedTokens = 0
        /// Of those the ones that came back from the second tier.
        package var restoredTokens = 0
        /// Sequences that left the key-value cache, saved or not.
        package var evictions = 0
        /// Saved sequences whose bytes were wrong when they were wanted.
        package var corruptions = 0
        package init() {}
    }

    package static let maxTenants = 64

    package private(set) var total = Counts()
    /// By tenant salt.
    package private(set) var tenants: [[UInt8]: Counts] = [:]

    package init() {}

    package mutating func change(_ salt: [UInt8], _ change: (inout Counts) -> Void) {
        change(&total)
        if tenants[salt] == nil {
            if tenants.count >= Self.maxTenants, let least = tenants.min(by: Self.isLess)?.key { tenants[least] = nil }
            tenants[salt] = Counts()
        }
        if var counts = tenants[salt] {
            change(&counts)
            tenants[salt] = counts
        }
    }

    /// The tenants that asked most, first.
    package func top(_ count: Int) -> [(salt: [UInt8], counts: Counts)] {
        tenants.sorted { Self.isLess($1, $0) }.prefix(max(0, count)).map { ($0.key, $0.value) }
    }

    private static func isLess(_ a: (key: [UInt8], value: Counts), _ b: (key: [UInt8], value: Counts)) -> Bool {
        if a.value.requests != b.value.requests { return a.value.requests < b.value.requests }
        return b.key.lexicographicallyPrecedes(a.key)
    }
}
