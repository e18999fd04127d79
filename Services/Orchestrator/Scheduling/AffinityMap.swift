// SPDX-License-Identifier: Apache-2.0

/// Which worker holds which prefix: a bounded map that forgets what was used longest ago.
///
/// Keys are prefix hashes, which are salted by tenant. Two generations instead of a linked list: a key that is read or
/// written moves to the young one, and when that is full the old one is dropped whole. A key survives between one and
/// two times the capacity of newer keys, at the price of two dictionary look-ups and no bookkeeping per entry.
package struct AffinityMap: Sendable {
    private let capacity: Int
    private var young: [UInt64: PrefixHolder] = [:]
    private var old: [UInt64: PrefixHolder] = [:]

    /// - Parameter capacity: the most keys in one generation; about 100 octets each.
    package init(capacity: Int) { self.capacity = max(1, capacity) }

    package var count: Int { young.count + old.count }

    package mutating func holder(of prefix: UInt64) -> PrefixHolder? {
        if let found = young[prefix] { return found }
        guard let found = old[prefix] else { return nil }
        record(found, of: prefix)
        return found
    }

    package mutating func record(_ holder: PrefixHolder, of prefix: UInt64) {
        young[prefix] = holder
        if young.count >= capacity {
            old = young
            young = [:]
        }
    }
}
