// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Testing

struct StateTierTests {
    private let scope = PrefixScope(salt: [1], adapter: "")
    private func tokens(_ first: TokenID, _ count: Int = 40) -> [TokenID] { (0..<TokenID(count)).map { first + $0 } }

    private func tier(memory: Int = 100, disk: Int = 0) -> StateTier {
        StateTier(limits: StateTier.Limits(memoryBytes: memory, diskBytes: disk), bytesPerToken: 1)
    }

    /// What a tier takes in, which these tests always expect it to.
    private func add(
        _ tokens: [TokenID], to tier: inout StateTier
    ) throws -> (key: StateKey, actions: [CacheAction]) {
        let added = tier.add(tokens, in: scope)
        return try #require(added)
    }

    @Test func aSavedSequenceIsFoundByItsPrefixAndByNobodyElse() throws {
        var tier = tier()
        let key = try add(tokens(1), to: &tier).key
        let longer = Array(tokens(1)[..<35]) + [900, 901]
        let match = try #require(tier.longestMatch(of: longer, in: scope, limit: 36))
        #expect(match.key == key && match.length == 35 && match.savedTokens == 40 && match.place == .memory)
        #expect(tier.longestMatch(of: longer, in: PrefixScope(salt: [2], adapter: ""), limit: 36) == nil)
        #expect(tier.longestMatch(of: longer, in: PrefixScope(salt: [1], adapter: "a"), limit: 36) == nil)
    }

    @Test func theLeastRecentlyUsedGivesWay() throws {
        var tier = tier(memory: 80)
        let first = try add(tokens(1), to: &tier).key
        let second = try add(tokens(100), to: &tier).key
        tier.use(first)
        let third = try add(tokens(200), to: &tier)
        #expect(third.actions == [.discard(second)])
        #expect(tier.memoryBytes == 80 && tier.contains(first) && !tier.contains(second))
    }

    @Test func withADiskItGoesThereFirst() throws {
        var tier = tier(memory: 40, disk: 80)
        let keys = try (0..<4).map { try add(tokens(TokenID($0) * 100), to: &tier).key }
        #expect(!tier.contains(keys[0]) && tier.memoryBytes == 40 && tier.diskBytes == 80)
        let match = try #require(tier.longestMatch(of: tokens(100), in: scope, limit: 40))
        #expect(match.key == keys[1] && match.place == .disk)
        // Promoted, it pushes the one in memory out, and that the oldest of the disk.
        let pushed = tier.promote(keys[1])
        #expect(pushed == [.spill(keys[3])])
        #expect(tier.isInMemory(keys[1]) && tier.diskBytes == 80 && tier.memoryBytes == 40)
    }

    @Test func aGrownConversationReplacesItsBeginning() throws {
        var tier = tier(memory: 1_000)
        let first = try add(tokens(1), to: &tier).key
        let grown = try add(tokens(1, 60), to: &tier)
        #expect(grown.actions == [.discard(first)] && tier.count == 1 && tier.memoryBytes == 60)
        // It is in there already; too short to be worth it; larger than the whole budget.
        for tokens in [tokens(1, 50), tokens(500, 10), tokens(500, 2_000)] {
            let added = tier.add(tokens, in: scope)
            #expect(added == nil, "\(tokens.count) tokens")
        }
    }

    @Test func theIndexIsBounded() {
        var tier = tier(memory: .max)
        for number in 0..<(StateTier.maxEntries + 50) { _ = tier.add(tokens(TokenID(number) * 50), in: scope) }
        #expect(tier.count == StateTier.maxEntries)
    }

    @Test func aFileSaysWhatItHoldsOrNothing() throws {
        let file = StateFile(
            scope: PrefixScope(salt: [7, 8], adapter: "poet"), tokens: tokens(5), byteCount: 1_000, checksum: 77)
        let header = file.header(model: 9)
        #expect(StateFile(header: header, model: 9) == file)
        #expect(StateFile(header: header, model: 10) == nil, "another model's")
        for at in header.indices {
            var damaged = header
            damaged[at] ^= 4
            #expect(StateFile(header: damaged, model: 9) == nil, "octet \(at)")
            #expect(StateFile(header: Array(header[..<at]), model: 9) == nil, "cut at \(at)")
        }
        var other = file
        other.scope.salt = [7, 9]
        #expect(other.name != file.name && file.name.utf8.count == 22)
    }

    @Test func oneWrongBitIsSeenWhereverItIs() {
        let bytes = (0..<1_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let sum = StateChecksum.of(bytes)
        for at in bytes.indices {
            var damaged = bytes
            damaged[at] ^= 1 << UInt8(at % 8)
            #expect(StateChecksum.of(damaged) != sum)
        }
        #expect(StateChecksum.of(Array(bytes.dropLast())) != sum && StateChecksum.of(bytes + [0]) != sum)
    }

    @Test func theLedgerIsBoundedAndKeepsTheBusiest() {
        var ledger = CacheLedger()
        for round in 0..<20 {
            for tenant in 0..<3 as Range<UInt8> { ledger.change([tenant]) { $0.requests += 10 } }
            for tenant in 0..<100 as Range<UInt8> { ledger.change([200, tenant, UInt8(round)]) { $0.requests += 1 } }
        }
        #expect(ledger.tenants.count == CacheLedger.maxTenants)
        #expect(ledger.total.requests == 20 * 130)
        #expect(Set(ledger.top(3).map(\.salt)) == [[0], [1], [2]])
    }
}
