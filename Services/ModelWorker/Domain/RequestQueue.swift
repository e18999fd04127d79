// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The requests that wait, bounded: class first, then arrival, and waiting lifts a request one class per `aging`.
package struct RequestQueue: Sendable {
    package struct Entry: Sendable {
        package var demand: Demand
        /// Names of the prompt's blocks, for `HeldBlocks`.
        package var blocks: [UInt64]
        package var since: MonotonicInstant
    }

    /// One class, first come first served. `head` moves instead of the elements: taking one of thousands must not
    /// shift the rest.
    private struct Lane {
        var entries: [Entry] = []
        var head = 0

        mutating func insertHead(_ entry: Entry) {
            if head > 0 {
                head -= 1
                entries[head] = entry
            } else {
                entries.insert(entry, at: 0)
            }
        }

        mutating func removeHead() {
            head += 1
            if head == entries.count {
                entries = []
                head = 0
            } else if head >= 64, head * 2 >= entries.count {
                entries.removeFirst(head)
                head = 0
            }
        }
    }

    private var lanes = [Lane](repeating: Lane(), count: RequestClass.allCases.count)
    private let aging: Duration
    /// No entry's deadline is earlier. May be too early, never too late: it only says when to look.
    private var earliestDeadline = Deadline.distantFuture
    package private(set) var count = 0

    package init(aging: Duration) { self.aging = aging }

    package mutating func append(_ entry: Entry) {
        lanes[entry.demand.requestClass.rawValue].entries.append(entry)
        earliestDeadline = min(earliestDeadline, entry.demand.deadline)
        count += 1
    }

    /// Puts a request that ran already in front of its class.
    package mutating func prepend(_ entry: Entry) {
        lanes[entry.demand.requestClass.rawValue].insertHead(entry)
        earliestDeadline = min(earliestDeadline, entry.demand.deadline)
        count += 1
    }

    /// How urgent a request is: its class, lifted by the time it waits. 0 is the most urgent.
    package func rank(_ requestClass: RequestClass, since: MonotonicInstant, at now: MonotonicInstant) -> Int64 {
        max(0, Int64(requestClass.rawValue) - (now - since).nanoseconds / max(1, aging.nanoseconds))
    }

    /// The class whose first request is to be served next; nil when none may start yet.
    package func mostUrgent(at now: MonotonicInstant) -> RequestClass? {
        var best: (lane: RequestClass, rank: Int64, since: MonotonicInstant)?
        for lane in RequestClass.allCases {
            guard let entry = first(of: lane) else { continue }
            if let start = entry.demand.notBefore, start > now { continue }
            let rank = rank(lane, since: entry.since, at: now)
            guard let current = best else {
                best = (lane, rank, entry.since)
                continue
            }
            if (rank, entry.since) < (current.rank, current.since) { best = (lane, rank, entry.since) }
        }
        return best?.lane
    }

    package func first(of lane: RequestClass) -> Entry? {
        let queue = lanes[lane.rawValue]
        return queue.head < queue.entries.count ? queue.entries[queue.head] : nil
    }

    package mutating func removeFirst(of lane: RequestClass) {
        guard first(of: lane) != nil else { return }
        lanes[lane.rawValue].removeHead()
        count -= 1
    }

    /// Takes one request out, wherever it stands. Whether it was here.
    package mutating func remove(_ id: RequestID) -> Bool {
        for lane in lanes.indices {
            let entries = lanes[lane].entries
            guard let at = entries[lanes[lane].head...].firstIndex(where: { $0.demand.id == id }) else { continue }
            if at == lanes[lane].head { lanes[lane].removeHead() } else { lanes[lane].entries.remove(at: at) }
            count -= 1
            return true
        }
        return false
    }

    /// Takes out those whose deadline has passed.
    package mutating func removeExpired(at now: MonotonicInstant) -> [RequestID] {
        guard earliestDeadline.hasPassed(at: now) else { return [] }
        var expired: [RequestID] = []
        earliestDeadline = .distantFuture
        for lane in lanes.indices {
            let entries = lanes[lane].entries[lanes[lane].head...]
            expired += entries.filter { $0.demand.deadline.hasPassed(at: now) }.map(\.demand.id)
            let kept = entries.filter { !$0.demand.deadline.hasPassed(at: now) }
            lanes[lane] = Lane(entries: kept)
            if let first = kept.map(\.demand.deadline).min() { earliestDeadline = min(earliestDeadline, first) }
        }
        count -= expired.count
        return expired
    }

    /// When something happens in the queue by time alone: a start becomes possible or a deadline passes.
    package func nextMoment(after now: MonotonicInstant) -> MonotonicInstant? {
        guard count > 0 else { return nil }
        var next = earliestDeadline.instant
        for lane in RequestClass.allCases {
            if let start = first(of: lane)?.demand.notBefore, start > now { next = min(next, start) }
        }
        return next
    }
}
