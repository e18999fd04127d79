// SPDX-License-Identifier: Apache-2.0

/// How much of one prompt the workers' caches hold: sets of workers, the deepest last.
package struct PrefixMatch: Hashable, Sendable {
    /// Different depths that are told apart. Those beyond count as the last: conversations that share a preamble part
    /// at a few places only.
    package static let maxLevels = 8

    package struct Level: Hashable, Sendable {
        /// In blocks, from the beginning.
        package var depth: Int
        package var workers: WorkerSet
    }

    /// What such a worker lacks is the newest message.
    private static let hintedShare = 0.9

    /// Of the prompt.
    package let blocks: Int
    package private(set) var levels: [Level] = []
    /// Workers that are known by another name to hold it all.
    package var hinted = WorkerSet()

    package init(blocks: Int) { self.blocks = blocks }

    mutating func add(_ workers: WorkerSet, depth: Int) { levels.append(Level(depth: depth, workers: workers)) }

    /// The same with other numbers for the workers; those that have none are left out.
    package func renumbered(_ number: (Int) -> Int?) -> PrefixMatch {
        var result = PrefixMatch(blocks: blocks)
        for level in levels {
            let workers = level.workers.renumbered(number)
            if !workers.isEmpty { result.add(workers, depth: level.depth) }
        }
        result.hinted = hinted.renumbered(number)
        return result
    }

    /// The share of the prompt that a worker holds, 0 to 1.
    package func share(of worker: Int) -> Double {
        if hinted.contains(worker) { return Self.hintedShare }
        guard blocks > 0 else { return 0 }
        for level in levels.reversed() where level.workers.contains(worker) {
            return Double(level.depth) / Double(blocks)
        }
        return 0
    }

    /// The workers that hold at least this share.
    package func holders(atLeast share: Double) -> WorkerSet {
        var result = hinted
        for level in levels where Double(level.depth) >= share * Double(blocks) { result.formUnion(level.workers) }
        return result
    }

    /// All that hold anything.
    package var anybody: WorkerSet { holders(atLeast: 0) }
}
