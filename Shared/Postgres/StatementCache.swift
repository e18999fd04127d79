// SPDX-License-Identifier: Apache-2.0

/// Which statements one connection has prepared, by their text and their parameters' types.
///
/// Bounded by not remembering more: the program's statements are fixed texts, so whatever does not fit is a text that
/// varies and would not be asked for again. It is sent unprepared.
struct StatementCache {
    enum Plan: Equatable {
        /// Prepared under this name.
        case use(String)
        /// Prepare it under this name, then use it.
        case prepare(String)
        /// Send it unprepared: the cache is full, or another statement is preparing it and may yet fail.
        case unprepared
    }

    private enum Entry {
        case preparing(String)
        case ready(String)
    }

    /// A few hundred bytes each in this process and some tens of KiB of plans in the server.
    private let capacity: Int
    private var entries: [SQL.Key: Entry] = [:]
    /// Names are never used again: a server may still hold one whose preparing we never heard the end of.
    private var lastName = 0

    init(capacity: Int = 256) { self.capacity = capacity }

    mutating func plan(for key: SQL.Key) -> Plan {
        switch entries[key] {
        case .ready(let name): return .use(name)
        case .preparing: return .unprepared
        case nil:
            guard entries.count < capacity else { return .unprepared }
            lastName += 1
            let name = "s\(lastName)"
            entries[key] = .preparing(name)
            return .prepare(name)
        }
    }

    /// The server has answered whether it prepared the statement.
    mutating func settle(_ key: SQL.Key, prepared: Bool) {
        guard case .preparing(let name) = entries[key] else { return }
        entries[key] = prepared ? .ready(name) : nil
    }
}
