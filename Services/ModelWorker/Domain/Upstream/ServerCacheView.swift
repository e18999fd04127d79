// SPDX-License-Identifier: Apache-2.0

/// Which of the scheduler's blocks a foreign server holds, by what the server says of its own.
///
/// The two cut prompts differently, the scheduler by bytes and the server by tokens of its own. They meet in prompts
/// that both have named: an answer's first chunk tells its prompt's tokens, the request had the scheduler's names for
/// it. Each name then stands for that many of the prompt's tokens as its share of all names is, which for one
/// text is right to a block or so.
package struct ServerCacheView: Sendable {
    /// The server's blocks that are kept in mind: sixteen million tokens at its usual sixteen.
    package static let maxBlocks = 1 << 20
    /// The scheduler's names that are: of the oldest beyond them nothing more is told.
    package static let maxNames = 1 << 17

    /// A block's key by its server's name of it: what the block holds and everything before it.
    private var keys: [UInt64: UInt64] = [:]
    private var held: [UInt64: Int] = [:]
    /// The scheduler's names that stand for a key, whether it is held or not, and the other way round.
    private var names: [UInt64: [UInt64]] = [:]
    private var places: [UInt64: UInt64] = [:]
    /// Names in the order in which they came, as a ring once there are as many as there may be.
    private var order: [UInt64] = []
    private var oldest = 0
    private var told = HeldBlocks()
    private var blockTokens = 0
    /// Prompts that were read before the first event said how the server cuts them: the two come on ways of their own.
    private var early: [(tokens: [TokenID], names: [UInt64], salt: String, adapter: String)] = []
    private static let maxEarly = 64
    /// The server tells salts: blocks of one tenant are not another's.
    private var tellsSalts = false

    package init() {}

    package var blocks: Int { held.count }
    package var hasChanges: Bool { !told.isUnchanged }

    /// A prompt was read: these are its tokens, and these the scheduler's names of it, first to last.
    package mutating func note(_ tokens: [TokenID], _ names: [UInt64], salt: String, adapter: String) {
        guard !names.isEmpty else { return }
        guard blockTokens > 0 else {
            if early.count < Self.maxEarly { early.append((tokens, names, salt, adapter)) }
            return
        }
        let whole = tokens.count / blockTokens
        guard whole > 0 else { return }
        var chain: [UInt64] = []
        chain.reserveCapacity(whole)
        var key = Self.root(salt: tellsSalts ? salt : "", adapter: adapter)
        for block in 0..<whole {
            key = Self.key(after: key, tokens[block * blockTokens..<(block + 1) * blockTokens])
            chain.append(key)
        }
        for (index, name) in names.enumerated() where places[name] == nil {
            // The last of the tokens that it stands for lies in this block; the rest of the last block is not kept.
            let needed = ((index + 1) * tokens.count + names.count - 1) / names.count
            let block = (needed + blockTokens - 1) / blockTokens - 1
            attach(name, to: chain[min(max(block, 0), whole - 1)])
        }
    }

    private mutating func attach(_ name: UInt64, to key: UInt64) {
        if order.count < Self.maxNames {
            order.append(name)
        } else {
            detach(order[oldest])
            order[oldest] = name
            oldest = (oldest + 1) % Self.maxNames
        }
        places[name] = key
        names[key, default: []].append(name)
        if held[key] != nil { told.hold([name]) }
    }

    private mutating func detach(_ name: UInt64) {
        guard let place = places.removeValue(forKey: name) else { return }
        names[place]?.removeAll { $0 == name }
        if names[place]?.isEmpty == true { names[place] = nil }
        if held[place] != nil { told.release([name]) }
    }

    package mutating func apply(_ event: ServerCacheEvent) {
        switch event {
        case .stored(let stored): store(stored)
        case .removed(let hashes): for hash in hashes { remove(hash) }
        case .cleared: forget()
        }
    }

    private mutating func store(_ stored: ServerCacheEvent.Stored) {
        guard stored.blockTokens > 0, stored.tokens.count / stored.blockTokens >= stored.hashes.count else { return }
        blockTokens = stored.blockTokens
        var key: UInt64
        if let parent = stored.parent {
            // A block before it came before we listened: it cannot be told what stands there.
            guard let known = keys[parent] else { return }
            key = known
        } else {
            if stored.salt != nil { tellsSalts = true }
            key = Self.root(salt: stored.salt ?? "", adapter: stored.adapter ?? "")
        }
        // A server says more than can be true: better to begin anew than to grow.
        if keys.count + stored.hashes.count > Self.maxBlocks { return forget() }
        for (block, hash) in stored.hashes.enumerated() {
            key = Self.key(after: key, stored.tokens[block * blockTokens..<(block + 1) * blockTokens])
            guard keys[hash] == nil else { continue }
            keys[hash] = key
            held[key, default: 0] += 1
            if held[key] == 1, let names = names[key] { told.hold(names) }
        }
        let waited = early
        early = []
        for prompt in waited { note(prompt.tokens, prompt.names, salt: prompt.salt, adapter: prompt.adapter) }
    }

    private mutating func remove(_ hash: UInt64) {
        guard let key = keys.removeValue(forKey: hash), let count = held[key] else { return }
        held[key] = count > 1 ? count - 1 : nil
        if count == 1, let names = names[key] { told.release(names) }
    }

    /// Nothing is known any more: the server has cleared its cache, or events were lost.
    package mutating func forget() {
        for key in held.keys {
            if let names = names[key] { told.release(names) }
        }
        keys.removeAll()
        held.removeAll()
    }

    package mutating func takeChanges() -> HeldBlocks.Changes { told.takeChanges() }

    // MARK: Keys

    private static func root(salt: String, adapter: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for octet in salt.utf8 { hash = mix(hash, UInt64(octet)) }
        hash = mix(hash, 0x100)
        for octet in adapter.utf8 { hash = mix(hash, UInt64(octet)) }
        return hash
    }

    private static func key(after key: UInt64, _ tokens: ArraySlice<TokenID>) -> UInt64 {
        tokens.reduce(key) { mix($0, UInt64(truncatingIfNeeded: $1)) }
    }

    /// FNV-1a by words, with its high half folded down. A collision costs a wrong guess of where to send a prompt.
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x0000_0100_0000_01B3
        return product ^ product >> 32
    }
}
