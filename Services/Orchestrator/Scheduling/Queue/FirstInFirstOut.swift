// SPDX-License-Identifier: Apache-2.0

/// A line of numbers: added at the end, taken from the front, both in constant time on average.
struct FirstInFirstOut: Sendable {
    private var items: [UInt64] = []
    private var head = 0

    var first: UInt64? { head < items.count ? items[head] : nil }
    var count: Int { items.count - head }
    subscript(_ index: Int) -> UInt64 { items[head + index] }

    mutating func append(_ item: UInt64) { items.append(item) }

    mutating func removeFirst() {
        head += 1
        guard head > 32, head * 2 > items.count else { return }
        items.removeFirst(head)
        head = 0
    }
}
