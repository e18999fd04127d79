// SPDX-License-Identifier: Apache-2.0

/// Which workers' caches hold which blocks of prompts.
///
/// A block's hash covers everything before it, so a worker that holds a block holds those before it, and the depth of a
/// match is found by halving: a prompt of 400 blocks and a thousand workers take a dozen look-ups, never workers times
/// blocks. What a prompt is known by is written at some of its depths only (`PrefixMarks`).
///
/// One table for two kinds of knowledge. A worker that reports its cache is believed block by block; of one that does
/// not, a block counts as held for a while after a prompt with it was sent there. The table has a fixed number of
/// nodes; a clock hand takes away what nobody asked for since it passed last, nodes that are too old, and workers that
/// are gone.
package struct PrefixIndex: Sendable {
    /// A life of a worker: a restarted one gets a new number, so that what it held need not be searched for.
    package typealias Holder = Int

    /// Prompts are told apart by their first 256 KiB; what is after that goes where those go.
    package static let maxBlocks = 1_024
    /// More holders than this would need more than the sixteen bits a node has for each.
    package static let maxHolders = 65_535
    /// What one node costs with its place in the dictionary.
    private static let nodeBytes = 64
    private static let none = UInt16.max

    struct Node {
        var hash: UInt64
        var holders: SIMD4<UInt16>
        /// Where the set of holders stands when there are more than four; -1 otherwise.
        var wide: Int32
        /// Seconds since the index was made.
        var touched: UInt32
        /// Touched since the hand passed.
        var isYoung: Bool
        var isUsed: Bool
    }

    private let capacity: Int
    private let wideCapacity: Int
    private let lifetime: UInt32
    private var places: [UInt64: Int32] = [:]
    private var nodes: [Node] = []
    private var freeNodes: [Int32] = []
    private var wides: [WorkerSet] = []
    private var freeWides: [Int32] = []
    private var hand = 0
    /// Numbers that were given out.
    private var holders = 0
    private var isExact = WorkerSet()
    private var retired = WorkerSet()
    /// Retired before the hand began its round: free when it ends.
    private var leaving: [Holder] = []
    private var freeHolders: [Holder] = []

    /// - Parameters:
    package init(bytes: Int, lifetime: Int) {
        capacity = max(64, bytes / Self.nodeBytes)
        wideCapacity = max(64, bytes / 4 / 256)
        self.lifetime = UInt32(clamping: lifetime)
    }

    package var count: Int { places.count }
    package func isExact(_ holder: Holder) -> Bool { isExact.contains(holder) }

    // MARK: Holders

    /// nil when there are more lives than numbers: what such a worker holds is not known.
    package mutating func makeHolder() -> Holder? {
        if let free = freeHolders.popLast() { return free }
        if holders >= Self.maxHolders { return nil }
        holders += 1
        return holders - 1
    }

    /// The worker's life is over; its blocks are taken away as the hand passes.
    package mutating func retire(_ holder: Holder) {
        retired.insert(holder)
        isExact.remove(holder)
        if nodes.isEmpty { freeRetired() }
    }

    /// From now on only this worker's own word counts for it.
    package mutating func setExact(_ holder: Holder) { isExact.insert(holder) }

    // MARK: Writing

    /// A prompt with these blocks is at this worker, now or within moments.
    package mutating func record(prompt blocks: [UInt64], holder: Holder, at second: UInt32) {
        for mark in 0..<PrefixMarks.count(in: blocks.count) {
            insert(blocks[PrefixMarks.depths[mark] - 1], holder, second)
        }
    }

    /// The worker holds what these names stand for.
    package mutating func record(_ blocks: some Sequence<UInt64>, holder: Holder, at second: UInt32) {
        for hash in blocks { insert(hash, holder, second) }
    }

    package mutating func insert(_ hash: UInt64, _ holder: Holder, _ second: UInt32) {
        let place: Int
        if let known = places[hash] {
            place = Int(known)
        } else {
            turnHand(at: second)
            guard let free = takeNode() else { return }
            place = free
            nodes[place] = Node(
                hash: hash, holders: SIMD4(repeating: Self.none), wide: -1, touched: second, isYoung: false,
                isUsed: true)
            places[hash] = Int32(place)
        }
        nodes[place].touched = second
        nodes[place].isYoung = true
        add(holder, at: place)
    }

    package mutating func remove(_ hash: UInt64, _ holder: Holder) {
        guard let known = places[hash] else { return }
        let place = Int(known)
        if nodes[place].wide >= 0 {
            let wide = Int(nodes[place].wide)
            guard wides[wide].contains(holder) else { return }
            wides[wide].remove(holder)
            if wides[wide].isEmpty { drop(place) }
            return
        }
        for lane in 0..<4 where nodes[place].holders[lane] == UInt16(holder) {
            nodes[place].holders[lane] = Self.none
        }
        if nodes[place].holders == SIMD4(repeating: Self.none) { drop(place) }
    }

    /// The worker does not hold this prompt, nor any that begins like it.
    /// - Returns: whether it was believed to.
    package mutating func forget(prompt blocks: [UInt64], holder: Holder) -> Bool {
        guard let first = blocks.first, let place = places[first] else { return false }
        var holders = WorkerSet()
        read(Int(place), into: &holders)
        for mark in 0..<PrefixMarks.count(in: blocks.count) { remove(blocks[PrefixMarks.depths[mark] - 1], holder) }
        return holders.contains(holder)
    }

    private mutating func add(_ holder: Holder, at place: Int) {
        if nodes[place].wide >= 0 {
            wides[Int(nodes[place].wide)].insert(holder)
            return
        }
        var free = -1
        for lane in 0..<4 {
            if nodes[place].holders[lane] == UInt16(holder) { return }
            if nodes[place].holders[lane] == Self.none { free = lane }
        }
        if free >= 0 {
            nodes[place].holders[free] = UInt16(holder)
        } else {
            widen(place, with: holder)
        }
    }

    private mutating func widen(_ place: Int, with holder: Holder) {
        let wide: Int
        if let free = freeWides.popLast() {
            wide = Int(free)
        } else {
            // Four holders are enough to choose from.
            guard wides.count < wideCapacity else { return }
            wides.append(WorkerSet())
            wide = wides.count - 1
        }
        for lane in 0..<4 { wides[wide].insert(Int(nodes[place].holders[lane])) }
        wides[wide].insert(holder)
        nodes[place].wide = Int32(wide)
    }

    // MARK: The clock hand

    private mutating func takeNode() -> Int? {
        if let free = freeNodes.popLast() { return Int(free) }
        if nodes.count < capacity {
            nodes.append(
                Node(hash: 0, holders: SIMD4(repeating: 0), wide: -1, touched: 0, isYoung: false, isUsed: false))
            return nodes.count - 1
        }
        // Two rounds at most: the first makes everything old.
        for _ in 0..<2 * capacity {
            step(isFull: true, at: 0)
            if let free = freeNodes.popLast() { return Int(free) }
        }
        return nil
    }

    /// Two nodes for each that is added keep the hand ahead of growth.
    private mutating func turnHand(at second: UInt32) {
        guard !nodes.isEmpty else { return }
        for _ in 0..<2 { step(isFull: false, at: second) }
    }

    private mutating func step(isFull: Bool, at second: UInt32) {
        if hand >= nodes.count { hand = 0 }
        if hand == 0 { freeRetired() }
        defer { hand += 1 }
        guard nodes[hand].isUsed else { return }
        if !retired.isEmpty { forgetRetired(at: hand) }
        guard nodes[hand].isUsed else { return }
        if isFull {
            if nodes[hand].isYoung { nodes[hand].isYoung = false } else { drop(hand) }
        } else if isOld(hand, at: second), !isHeldExactly(hand) {
            drop(hand)
        }
    }

    private mutating func freeRetired() {
        for holder in leaving {
            retired.remove(holder)
            freeHolders.append(holder)
        }
        leaving = retired.members
        if nodes.isEmpty, !leaving.isEmpty { freeRetired() }
    }

    private mutating func forgetRetired(at place: Int) {
        if nodes[place].wide >= 0 {
            let wide = Int(nodes[place].wide)
            wides[wide].subtract(retired)
            if wides[wide].isEmpty { drop(place) }
            return
        }
        for lane in 0..<4 {
            let holder = nodes[place].holders[lane]
            if holder != Self.none, retired.contains(Int(holder)) { nodes[place].holders[lane] = Self.none }
        }
        if nodes[place].holders == SIMD4(repeating: Self.none) { drop(place) }
    }

    /// Callers read their clocks before they get the lock, so a second may be earlier than the node's.
    private func isOld(_ place: Int, at second: UInt32) -> Bool {
        second > nodes[place].touched && second - nodes[place].touched > lifetime
    }

    private func isHeldExactly(_ place: Int) -> Bool {
        var set = WorkerSet()
        read(place, into: &set)
        set.formIntersection(isExact)
        return !set.isEmpty
    }

    private mutating func drop(_ place: Int) {
        if nodes[place].wide >= 0 {
            wides[Int(nodes[place].wide)].removeAll()
            freeWides.append(nodes[place].wide)
        }
        places[nodes[place].hash] = nil
        nodes[place].isUsed = false
        nodes[place].wide = -1
        freeNodes.append(Int32(place))
    }

    // MARK: Reading

    /// How deep each worker's cache goes into this prompt, as far as marks can tell.
    package func match(_ blocks: [UInt64], at second: UInt32) -> PrefixMatch {
        var match = PrefixMatch(blocks: min(blocks.count, Self.maxBlocks))
        let count = PrefixMarks.count(in: blocks.count)
        guard count > 0 else { return match }
        var here = WorkerSet()
        var ahead = WorkerSet()
        read(blocks[0], into: &here, at: second)
        // All of these count marks, not blocks.
        var depth = 1
        while !here.isEmpty, depth < count, match.levels.count < PrefixMatch.maxLevels - 1 {
            // The deepest place up to which all of them go.
            var known = depth
            var stop = count + 1
            var probe = count
            while known + 1 < stop {
                read(blocks[PrefixMarks.depths[probe - 1] - 1], into: &ahead, at: second)
                if here.isSubset(of: ahead) { known = probe } else { stop = probe }
                probe = (known + stop) / 2
            }
            depth = known
            guard depth < count else { break }
            read(blocks[PrefixMarks.depths[depth] - 1], into: &ahead, at: second)
            let fallen = here.subtracting(ahead)
            match.add(fallen, depth: PrefixMarks.likely(depth, of: match.blocks))
            here.formIntersection(ahead)
            depth += 1
        }
        if !here.isEmpty { match.add(here, depth: PrefixMarks.likely(depth, of: match.blocks)) }
        return match
    }

    private func read(_ hash: UInt64, into set: inout WorkerSet, at second: UInt32) {
        set.removeAll()
        guard let place = places[hash].map(Int.init) else { return }
        read(place, into: &set)
        if isOld(place, at: second) { set.formIntersection(isExact) }
        if !retired.isEmpty { set.subtract(retired) }
    }

    private func read(_ place: Int, into set: inout WorkerSet) {
        if nodes[place].wide >= 0 {
            set = wides[Int(nodes[place].wide)]
            return
        }
        for lane in 0..<4 {
            let holder = nodes[place].holders[lane]
            if holder != Self.none { set.insert(Int(holder)) }
        }
    }
}
