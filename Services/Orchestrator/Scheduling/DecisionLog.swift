// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The last decisions, for whoever asks why a request went where it went. A ring: the oldest is overwritten.
package struct DecisionLog: Sendable {
    package struct Considered: Hashable, Sendable {
        package var worker: WorkerAddress
        package var cost: CostInSeconds
    }

    package struct Entry: Hashable, Sendable {
        package var at: MonotonicInstant
        package var turn: UUIDv7?
        package var model: String
        package var promptTokens: Int
        package var placement: Placement
        package var considered: [Considered]
    }

    private let capacity: Int
    private var entries: [Entry] = []
    private var next = 0

    package init(capacity: Int) { self.capacity = max(1, capacity) }

    package mutating func add(_ entry: Entry) {
        if entries.count < capacity { entries.append(entry) } else { entries[next] = entry }
        next = (next + 1) % capacity
    }

    /// The newest first: a turn that lost its worker has more than one.
    package func entries(of turn: UUIDv7) -> [Entry] {
        entries.filter { $0.turn == turn }.sorted { $0.at > $1.at }
    }

    package var count: Int { entries.count }
}
