// SPDX-License-Identifier: Apache-2.0

/// A set of small numbers, one bit each: sixteen words for a thousand workers, so that sets of them are combined in
/// nanoseconds.
package struct WorkerSet: Hashable, Sendable {
    package private(set) var words: [UInt64] = []

    package init() {}

    package init(_ members: some Sequence<Int>) {
        for member in members { insert(member) }
    }

    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    package func contains(_ member: Int) -> Bool {
        let word = member >> 6
        return word < words.count && words[word] & (1 << UInt64(member & 63)) != 0
    }

    /// The member that so many are before; nil when there are not so many.
    package func member(after count: Int) -> Int? {
        var left = count
        for (index, word) in words.enumerated() {
            guard left >= word.nonzeroBitCount else {
                var rest = word
                for _ in 0..<left { rest &= rest - 1 }
                return index << 6 + rest.trailingZeroBitCount
            }
            left -= word.nonzeroBitCount
        }
        return nil
    }

    package mutating func insert(_ member: Int) {
        let word = member >> 6
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(member & 63)
    }

    package mutating func remove(_ member: Int) {
        let word = member >> 6
        if word < words.count { words[word] &= ~(1 << UInt64(member & 63)) }
    }

    package mutating func set(_ member: Int, _ isMember: Bool) {
        if isMember { insert(member) } else { remove(member) }
    }

    package mutating func removeAll() {
        for index in words.indices { words[index] = 0 }
    }

    package mutating func formIntersection(_ other: WorkerSet) {
        for index in words.indices { words[index] &= index < other.words.count ? other.words[index] : 0 }
    }

    package mutating func subtract(_ other: WorkerSet) {
        for index in 0..<min(words.count, other.words.count) { words[index] &= ~other.words[index] }
    }

    package mutating func formUnion(_ other: WorkerSet) {
        while words.count < other.words.count { words.append(0) }
        for index in other.words.indices { words[index] |= other.words[index] }
    }

    package func intersects(_ other: WorkerSet) -> Bool {
        for index in 0..<min(words.count, other.words.count) where words[index] & other.words[index] != 0 {
            return true
        }
        return false
    }

    package func isSubset(of other: WorkerSet) -> Bool {
        for index in words.indices {
            let theirs = index < other.words.count ? other.words[index] : 0
            if words[index] & ~theirs != 0 { return false }
        }
        return true
    }

    package func intersection(_ other: WorkerSet) -> WorkerSet {
        var result = self
        result.formIntersection(other)
        return result
    }

    package func subtracting(_ other: WorkerSet) -> WorkerSet {
        var result = self
        result.subtract(other)
        return result
    }

    /// In ascending order.
    package func forEach(_ body: (Int) -> Void) {
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                body(index << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }

    package var members: [Int] {
        var result: [Int] = []
        forEach { result.append($0) }
        return result
    }

    /// The same with other numbers; those that have none are left out.
    package func renumbered(_ number: (Int) -> Int?) -> WorkerSet {
        var result = WorkerSet()
        forEach { old in
            if let new = number(old) { result.insert(new) }
        }
        return result
    }
}
