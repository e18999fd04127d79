// SPDX-License-Identifier: Apache-2.0

/// A saved sequence.
package typealias StateKey = Int

/// What the second tier of the cache holds: sequences that had to leave the key-value cache, saved as they were.
///
/// An index without the bytes: it knows which tokens of which scope can be restored, from memory or disk, and which
/// give way when a budget is spent. The engine keeps the bytes and does as the actions say. The key of an entry is its
/// scope and its tokens; the model is one and the same for all, because a store on disk belongs to one model file.
package struct StateTier: Sendable {
    package struct Limits: Hashable, Sendable {
        package var memoryBytes: Int
        /// 0: nothing goes to disk.
        package var diskBytes: Int

        package init(memoryBytes: Int, diskBytes: Int = 0) {
            self.memoryBytes = memoryBytes
            self.diskBytes = diskBytes
        }
        /// No second tier.
        package static let none = Limits(memoryBytes: 0)
        package var isEnabled: Bool { memoryBytes > 0 }
    }

    package enum Place: Hashable, Sendable { case memory, disk }

    package struct Match: Hashable, Sendable {
        package var key: StateKey
        /// How many leading tokens it saves.
        package var length: Int
        /// Tokens of the whole saved sequence: the cells it takes for a moment.
        package var savedTokens: Int
        package var bytes: Int
        package var place: Place
    }

    private struct Entry {
        var scope: PrefixScope
        var length: Int
        var bytes: Int
        var place: Place
        var used: UInt64
    }

    /// Shorter ones are computed again in less time than it takes to look after them.
    package static let leastTokens = 32
    /// Bounds the index where states are small.
    package static let maxEntries = 4_096

    package let limits: Limits
    private let bytesPerToken: Int
    private var tree = PrefixTree()
    private var entries: [StateKey: Entry] = [:]
    private var lastKey: StateKey = 0
    private var clock: UInt64 = 0
    package private(set) var memoryBytes = 0
    package private(set) var diskBytes = 0

    /// - Parameter bytesPerToken: size of a state over its tokens, as the engine found.
    package init(limits: Limits, bytesPerToken: Int) {
        self.limits = bytesPerToken > 0 ? limits : .none
        self.bytesPerToken = bytesPerToken
    }

    package var count: Int { entries.count }
    package func bytes(for tokens: Int) -> Int { tokens * bytesPerToken }
    package func contains(_ key: StateKey) -> Bool { entries[key] != nil }
    package func contents(of key: StateKey) -> (scope: PrefixScope, tokens: [TokenID])? { tree.contents(of: key) }
    package func isInMemory(_ key: StateKey) -> Bool { entries[key]?.place == .memory }
    package func scope(of key: StateKey) -> PrefixScope? { entries[key]?.scope }

    package func longestMatch(of tokens: [TokenID], in scope: PrefixScope, limit: Int) -> Match? {
        guard !entries.isEmpty, let match = tree.longestMatch(of: tokens, in: scope, limit: limit),
            let entry = entries[match.source]
        else { return nil }
        return Match(
            key: match.source, length: match.length, savedTokens: entry.length, bytes: entry.bytes,
            place: entry.place)
    }

    package mutating func use(_ key: StateKey) {
        clock += 1
        entries[key]?.used = clock
    }

    /// Takes a sequence in, if it is worth it: what it continues goes, and what it is part of makes it needless.
    /// - Returns: its key, and what gives way to it.
    package mutating func add(_ tokens: [TokenID], in scope: PrefixScope) -> (key: StateKey, actions: [CacheAction])? {
        let bytes = bytes(for: tokens.count)
        guard limits.isEnabled, tokens.count >= Self.leastTokens, bytes <= limits.memoryBytes else { return nil }
        var actions: [CacheAction] = []
        if let match = tree.longestMatch(of: tokens, in: scope, limit: tokens.count), let known = entries[match.source]
        {
            if match.length == tokens.count {
                use(match.source)
                return nil
            }
            if match.length == known.length { actions.append(contentsOf: remove(match.source)) }
        }
        lastKey += 1
        clock += 1
        insert(
            lastKey, tokens, Entry(scope: scope, length: tokens.count, bytes: bytes, place: .memory, used: clock))
        actions += shrink(sparing: lastKey)
        return (lastKey, actions)
    }

    /// Takes in what an earlier process of the same worker left on disk.
    package mutating func adopt(_ tokens: [TokenID], in scope: PrefixScope) -> StateKey? {
        let bytes = bytes(for: tokens.count)
        guard limits.isEnabled, diskBytes + bytes <= limits.diskBytes, entries.count < Self.maxEntries,
            tokens.count >= Self.leastTokens
        else { return nil }
        lastKey += 1
        insert(lastKey, tokens, Entry(scope: scope, length: tokens.count, bytes: bytes, place: .disk, used: 0))
        return lastKey
    }

    /// Its bytes were read from disk and are in memory now, where others may have to make room.
    package mutating func promote(_ key: StateKey) -> [CacheAction] {
        guard let entry = entries[key], entry.place == .disk else { return [] }
        diskBytes -= entry.bytes
        memoryBytes += entry.bytes
        entries[key]?.place = .memory
        use(key)
        return shrink(sparing: key)
    }

    /// Forgets an entry whose bytes are lost or wrong, and has what is left of it removed.
    package mutating func remove(_ key: StateKey) -> [CacheAction] {
        guard let entry = entries.removeValue(forKey: key) else { return [] }
        tree.close(key)
        switch entry.place {
        case .memory: memoryBytes -= entry.bytes
        case .disk: diskBytes -= entry.bytes
        }
        return [.discard(key)]
    }

    private mutating func insert(_ key: StateKey, _ tokens: [TokenID], _ entry: Entry) {
        let match = tree.longestMatch(of: tokens, in: entry.scope, limit: tokens.count)
        tree.open(key, in: entry.scope, sharing: match)
        tree.append(tokens[(match?.length ?? 0)...], to: key)
        tree.unpin(key)
        entries[key] = entry
        switch entry.place {
        case .memory: memoryBytes += entry.bytes
        case .disk: diskBytes += entry.bytes
        }
    }

    /// Back under the budgets: the least recently used of memory goes to disk, of disk it goes for good.
    private mutating func shrink(sparing kept: StateKey) -> [CacheAction] {
        var actions: [CacheAction] = []
        while memoryBytes > limits.memoryBytes, let key = oldest(in: .memory, sparing: kept) {
            guard let entry = entries[key], entry.bytes <= limits.diskBytes else {
                actions += remove(key)
                continue
            }
            memoryBytes -= entry.bytes
            diskBytes += entry.bytes
            entries[key]?.place = .disk
            actions.append(.spill(key))
        }
        while diskBytes > limits.diskBytes, let key = oldest(in: .disk, sparing: kept) { actions += remove(key) }
        while entries.count > Self.maxEntries, let key = oldest(in: nil, sparing: kept) { actions += remove(key) }
        return actions
    }

    /// Looks at all of them: it is asked once for each sequence that leaves the cache, not for each step.
    private func oldest(in place: Place?, sparing kept: StateKey) -> StateKey? {
        entries.filter { $0.key != kept && (place == nil || $0.value.place == place) }
            .min { ($0.value.used, $0.key) < ($1.value.used, $1.key) }?.key
    }
}
