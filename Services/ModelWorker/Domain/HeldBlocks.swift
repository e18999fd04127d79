// SPDX-License-Identifier: Apache-2.0

/// The scheduler's names of what the cache holds: chained hashes of fixed byte blocks, counted per sequence.
///
/// A block is held while any sequence that carried it is. The names are the router's and not derived here, so a wrong
/// one costs a missed hit and never a wrong answer.
package struct HeldBlocks: Sendable {
    package struct Changes: Hashable, Sendable {
        package var inserted: [UInt64] = []
        package var evicted: [UInt64] = []
        package init(inserted: [UInt64] = [], evicted: [UInt64] = []) {
            self.inserted = inserted
            self.evicted = evicted
        }
        package var isEmpty: Bool { inserted.isEmpty && evicted.isEmpty }

        /// What changed after these: of a block that came and went the last word counts, since both lists are read as
        /// one moment's.
        package mutating func add(_ later: Changes) {
            if !later.evicted.isEmpty, !inserted.isEmpty {
                let gone = Set(later.evicted)
                inserted.removeAll { gone.contains($0) }
            }
            if !later.inserted.isEmpty, !evicted.isEmpty {
                let back = Set(later.inserted)
                evicted.removeAll { back.contains($0) }
            }
            inserted += later.inserted
            evicted += later.evicted
        }
    }

    private var counts: [UInt64: Int] = [:]
    private var inserted: Set<UInt64> = []
    private var evicted: Set<UInt64> = []

    package init() {}
    package var count: Int { counts.count }
    /// Nothing has changed since the changes were last taken.
    package var isUnchanged: Bool { inserted.isEmpty && evicted.isEmpty }

    package mutating func hold(_ names: [UInt64]) {
        for name in names {
            counts[name, default: 0] += 1
            guard counts[name] == 1 else { continue }
            evicted.remove(name)
            inserted.insert(name)
        }
    }

    package mutating func release(_ names: [UInt64]) {
        for name in names {
            guard let count = counts[name] else { continue }
            counts[name] = count > 1 ? count - 1 : nil
            guard count == 1 else { continue }
            // Told even where its coming was not: the scheduler takes for held what it has sent.
            inserted.remove(name)
            evicted.insert(name)
        }
    }

    /// What changed since the last call, each list in ascending order.
    package mutating func takeChanges() -> Changes {
        guard !isUnchanged else { return Changes() }
        defer {
            inserted = []
            evicted = []
        }
        return Changes(inserted: inserted.sorted(), evicted: evicted.sorted())
    }
}
