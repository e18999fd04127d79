// SPDX-License-Identifier: Apache-2.0

/// The open calls of a connection by stream id.
///
/// Ids only rise and most calls are short, so an id's low bits are already a perfect hash: an open-addressed table
/// probed linearly finds a call in about two nanoseconds where `Dictionary` needs thirty. Removal shifts later
/// entries back instead of leaving tombstones, so the table never decays. It lives in this module because generic code
/// that another module does not specialise costs more than the dictionary would.
package struct StreamTable<Call: AnyObject> {
    private var slots: [Slot]
    private var size = 0

    /// No call: the slot is free.
    private struct Slot {
        var id: UInt32
        var call: Call?
    }

    package init() { slots = Array(repeating: Slot(id: 0, call: nil), count: 64) }

    package var count: Int { size }

    package var isEmpty: Bool { size == 0 }

    package subscript(id: UInt32) -> Call? {
        var index = Int(id) & (slots.count - 1)
        while let call = slots[index].call {
            if slots[index].id == id { return call }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds a call whose id is not in the table.
    package mutating func insert(_ call: Call, id: UInt32) {
        if size * 2 >= slots.count { grow() }
        place(Slot(id: id, call: call))
        size += 1
    }

    @discardableResult
    package mutating func remove(_ id: UInt32) -> Call? {
        let mask = slots.count - 1
        var hole = Int(id) & mask
        while slots[hole].id != id || slots[hole].call == nil {
            if slots[hole].call == nil { return nil }
            hole = (hole + 1) & mask
        }
        let removed = slots[hole].call
        slots[hole].call = nil
        size -= 1
        // Whatever follows in the same run and would have liked to sit at or before the hole moves into it.
        var next = (hole + 1) & mask
        while slots[next].call != nil {
            let home = Int(slots[next].id) & mask
            if (next - home) & mask >= (next - hole) & mask {
                slots.swapAt(hole, next)
                hole = next
            }
            next = (next + 1) & mask
        }
        return removed
    }

    /// All calls, in no particular order. Makes an array: callers change the table while they go through it.
    package var calls: [Call] { slots.compactMap(\.call) }

    /// Empties the table and gives what was in it.
    package mutating func removeAll() -> [Call] {
        let all = calls
        self = StreamTable()
        return all
    }

    private mutating func place(_ entry: Slot) {
        var index = Int(entry.id) & (slots.count - 1)
        while slots[index].call != nil { index = (index + 1) & (slots.count - 1) }
        slots[index] = entry
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(id: 0, call: nil), count: old.count * 2)
        for entry in old where entry.call != nil { place(entry) }
    }
}
