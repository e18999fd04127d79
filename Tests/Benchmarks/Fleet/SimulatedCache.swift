// SPDX-License-Identifier: Apache-2.0

/// A worker's prefix cache: blocks by their chained hash, the least recently used leaves first.
struct SimulatedCache {
    private struct Node {
        var hash: UInt64
        var newer: Int
        var older: Int
    }

    private let capacity: Int
    private var places: [UInt64: Int] = [:]
    private var nodes: [Node] = []
    private var newest = -1
    private var oldest = -1
    private var evicted: [UInt64] = []
    private var inserted: [UInt64] = []

    init(blocks capacity: Int) { self.capacity = max(1, capacity) }

    /// Takes a prompt in. Returns how many of its leading blocks were there.
    mutating func take(_ blocks: [UInt64]) -> Int {
        var hits = 0
        for block in blocks {
            guard places[block] != nil else { break }
            hits += 1
        }
        // The end first, so that the beginning is the newest and a tail is evicted before what it hangs on.
        for block in blocks.reversed() { touch(block) }
        return hits
    }

    /// What changed since this was last asked, as a worker reports it.
    mutating func takeChanges() -> (inserted: [UInt64], evicted: [UInt64]) {
        defer { (inserted, evicted) = ([], []) }
        return (inserted.filter { places[$0] != nil }, evicted.filter { places[$0] == nil })
    }

    private mutating func touch(_ block: UInt64) {
        if let place = places[block] {
            unlink(place)
            link(place)
            return
        }
        let place: Int
        if nodes.count < capacity {
            nodes.append(Node(hash: block, newer: -1, older: -1))
            place = nodes.count - 1
        } else {
            place = oldest
            unlink(place)
            places[nodes[place].hash] = nil
            evicted.append(nodes[place].hash)
            nodes[place].hash = block
        }
        places[block] = place
        inserted.append(block)
        link(place)
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (nodes[place].newer, nodes[place].older)
        if newer >= 0 { nodes[newer].older = older } else { newest = older }
        if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
    }

    private mutating func link(_ place: Int) {
        nodes[place].newer = -1
        nodes[place].older = newest
        if newest >= 0 { nodes[newest].newer = place } else { oldest = place }
        newest = place
    }
}
