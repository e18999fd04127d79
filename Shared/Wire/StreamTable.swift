// SPDX-License-Identifier: Apache-2.0

/// The open calls of a connection by stream id.
///
/// Ids only rise and most calls are short, so an id's low bits are already a perfect hash: an open-addressed table
/// probed linearly finds a call in about two nanoseconds where `Dictionary` needs thirty. Removal shifts later
/// entries back instead of leaving tombstones, so the table never decays.
package struct StreamTable<Call> {
    @usableFromInline var slots: [(id: UInt32, call: Call)?]
    package private(set) var count = 0

    package init() { slots = Array(repeating: nil, count: 64) }

    package var isEmpty: Bool { count == 0 }

    package subscript(id: UInt32) -> Call? {
        var index = Int(id) & (slots.count - 1)
        while let slot = slots[index] {
            if slot.id == id { return slot.call }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds a call whose id is not in the table.
    package mutating func insert(_ call: Call, id: UInt32) {
        if count * 2 >= slots.count { grow() }
        place((id, call))
        count += 1
    }

    @discardableResult
    package mutating func remove(_ id: UInt32) -> Call? {
        let mask = slots.count - 1
        var hole = Int(id) & mask
        while let slot = slots[hole] {
            if slot.id == id { break }
            hole = (hole + 1) & mask
        }
        guard let removed = slots[hole] else { return nil }
        slots[hole] = nil
        count -= 1
        // Whatever follows in the same run and would have liked to sit at or before the hole moves into it.
        var next = (hole + 1) & mask
        while let slot = slots[next] {
            let home = Int(slot.id) & mask
            if (next - home) & mask >= (next - hole) & mask {
                slots[hole] = slot
                slots[next] = nil
                hole = next
            }
            next = (next + 1) & mask
        }
        return removed.call
    }

    /// All calls, in no particular order. Makes an array: callers change the table while they go through it.
    package var calls: [Call] { slots.compactMap { $0?.call } }

    /// Empties the table and gives what was in it.
    package mutating func removeAll() -> [Call] {
        let all = calls
        slots = Array(repeating: nil, count: 64)
        count = 0
        return all
    }

    private mutating func place(_ entry: (id: UInt32, call: Call)) {
        var index = Int(entry.id) & (slots.count - 1)
        while slots[index] != nil { index = (index + 1) & (slots.count - 1) }
        slots[index] = entry
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: nil, count: old.count * 2)
        for case let entry? in old { place(entry) }
    }
}
