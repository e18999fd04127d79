// SPDX-License-Identifier: Apache-2.0

/// Keeps the greatest of what it is offered, its least on top.
struct LeastHeap {
    private(set) var items: [TokenSampler.Candidate] = []
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        items.reserveCapacity(capacity)
    }

    /// Whether `a` is the lesser: by logit, and the higher token loses a tie.
    static func precedes(_ a: TokenSampler.Candidate, _ b: TokenSampler.Candidate) -> Bool {
        a.logit != b.logit ? a.logit < b.logit : a.token > b.token
    }

    mutating func offer(_ item: TokenSampler.Candidate) {
        if items.count < capacity {
            items.append(item)
            rise(from: items.count - 1)
        } else if let least = items.first, Self.precedes(least, item) {
            items[0] = item
            sink()
        }
    }

    private mutating func rise(from index: Int) {
        var at = index
        while at > 0 {
            let parent = (at - 1) / 2
            guard Self.precedes(items[at], items[parent]) else { return }
            items.swapAt(at, parent)
            at = parent
        }
    }

    private mutating func sink() {
        var at = 0
        while true {
            var least = at
            for child in [2 * at + 1, 2 * at + 2] where child < items.count && Self.precedes(items[child], items[least])
            {
                least = child
            }
            guard least != at else { return }
            items.swapAt(at, least)
            at = least
        }
    }
}
