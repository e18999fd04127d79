// SPDX-License-Identifier: Apache-2.0

/// Those of one class that wait in one line: a row for each tenant, first come first served inside of it.
struct ClassLine: Sendable {
    /// What became of a ticket that was looked at.
    enum Look { case fit, unfit, gone }
    static let ofEveryClass = ServiceClass.allCases.map { _ in ClassLine() }
    /// Tickets of one tenant that are looked at for one that fits.
    private static let maxDeep = 4

    private struct Row: Sendable {
        var tickets = FirstInFirstOut()
        var count = 0
    }

    private(set) var count = 0
    private var rows: [UInt64: Row] = [:]
    /// The tenants, in the order in which they are looked at; each choice begins where the last ended.
    private var ring: [UInt64] = []
    private var turn = 0

    mutating func add(_ ticket: UInt64, of tenant: UInt64) {
        if rows[tenant] == nil { ring.append(tenant) }
        rows[tenant, default: Row()].tickets.append(ticket)
        rows[tenant]?.count += 1
        count += 1
    }

    /// How many go before the next one of this tenant, at most: one round of the tenants for each of its own.
    func ahead(of tenant: UInt64) -> Int {
        guard let own = rows[tenant]?.count else { return min(count, ring.count) }
        return min(count, (own + 1) * ring.count)
    }

    mutating func left(of tenant: UInt64) {
        guard rows[tenant] != nil else { return }
        count -= 1
        rows[tenant]?.count -= 1
        guard rows[tenant]?.count == 0 else { return }
        rows[tenant] = nil
        ring.removeAll { $0 == tenant }
    }

    /// Shows the first ticket that fits of each tenant.
    mutating func forEachHead(atMost limit: Int, _ look: (UInt64) -> Look) {
        guard !ring.isEmpty else { return }
        let count = min(limit, ring.count)
        for step in 0..<count {
            let tenant = ring[(turn + step) % ring.count]
            showFirst(of: tenant, look)
        }
        turn = (turn + (ring.count > limit ? count : 0)) % ring.count
    }

    private mutating func showFirst(of tenant: UInt64, _ look: (UInt64) -> Look) {
        guard var row = rows.removeValue(forKey: tenant) else { return }
        defer { rows[tenant] = row }
        var deep = 0
        while deep < min(row.tickets.count, Self.maxDeep) {
            switch look(row.tickets[deep]) {
            case .fit: return
            case .unfit: deep += 1
            // One that left in the middle stays until it is at the front.
            case .gone: if deep == 0 { row.tickets.removeFirst() } else { deep += 1 }
            }
        }
    }
}

/// Numbers with tickets, the least first: a binary heap.
struct LeastFirst: Sendable {
    private var items: [(key: UInt64, ticket: UInt64)] = []

    var first: (key: UInt64, ticket: UInt64)? { items.first }
    var count: Int { items.count }

    mutating func add(key: UInt64, ticket: UInt64) {
        items.append((key, ticket))
        var place = items.count - 1
        while place > 0, items[place].key < items[(place - 1) / 2].key {
            items.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Keeps those whose ticket says so. What is sorted is a heap.
    mutating func keep(_ isKept: (UInt64) -> Bool) {
        items = items.filter { isKept($0.ticket) }.sorted { $0.key < $1.key }
    }

    mutating func removeFirst() {
        guard let last = items.popLast(), !items.isEmpty else { return }
        items[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < items.count && items[child].key < items[least].key
            {
                least = child
            }
            if least == place { return }
            items.swapAt(place, least)
            place = least
        }
    }
}
