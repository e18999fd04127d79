// SPDX-License-Identifier: Apache-2.0

import Primitives

/// A table's methods as one peer may call them, found by number without hashing: a service's numbers lie close
/// together, so a list from the first to the last is short.
struct CallableMethods: Sendable {
    struct Entry: Sendable {
        let method: ServedMethod
        /// Whether this peer's name is on the method's list of callers.
        let isAllowed: Bool
    }

    private let first: Int
    private let entries: [Entry?]

    init(_ table: MethodTable, for peer: PeerName) {
        let ids = table.methods.keys.map(Int.init)
        let first = ids.min() ?? 0
        var entries = [Entry?](repeating: nil, count: (ids.max() ?? first - 1) - first + 1)
        for (id, method) in table.methods {
            entries[Int(id) - first] = Entry(method: method, isAllowed: method.description.callers.contains(peer))
        }
        self.first = first
        self.entries = entries
    }

    subscript(id: UInt16) -> Entry? {
        let index = Int(id) - first
        return entries.indices.contains(index) ? entries[index] : nil
    }
}
