// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import TestKit
import Testing

struct PrefixTreeTests {
    private let scope = PrefixScope(salt: [1], adapter: "")
    private let other = PrefixScope(salt: [2], adapter: "")

    @Test func anEmptyTreeMatchesNothing() {
        #expect(PrefixTree().longestMatch(of: [1, 2, 3], in: scope, limit: 3) == nil)
    }

    @Test func aHeldPromptIsFoundUpToTheLimit() throws {
        var tree = PrefixTree()
        tree.open(0, in: scope, sharing: nil)
        tree.append([1, 2, 3, 4], to: 0)
        let whole = try #require(tree.longestMatch(of: [1, 2, 3, 4, 5], in: scope, limit: 4))
        #expect(whole.length == 4 && whole.source == 0)
        #expect(tree.longestMatch(of: [1, 2, 3, 4], in: scope, limit: 3)?.length == 3)
        #expect(tree.longestMatch(of: [1, 2, 9], in: scope, limit: 2)?.length == 2)
        #expect(tree.longestMatch(of: [9], in: scope, limit: 1) == nil)
    }

    @Test func anotherScopeSeesNothing() {
        var tree = PrefixTree()
        tree.open(0, in: scope, sharing: nil)
        tree.append([1, 2, 3], to: 0)
        #expect(tree.longestMatch(of: [1, 2, 3], in: other, limit: 3) == nil)
    }

    @Test func sharedCellsAreCountedOnce() {
        var tree = PrefixTree()
        tree.open(0, in: scope, sharing: nil)
        tree.append([1, 2, 3, 4], to: 0)
        tree.open(1, in: scope, sharing: tree.longestMatch(of: [1, 2, 7], in: scope, limit: 2))
        tree.append([7], to: 1)
        #expect(tree.cells == 5 && tree.pinnedCells == 5)
        tree.unpin(0)
        #expect(tree.pinnedCells == 3)
        tree.close(0)
        #expect(tree.cells == 3)
        tree.close(1)
        #expect(tree.cells == 0 && tree.pinnedCells == 0 && tree.openSlots == 0)
    }

    @Test func aRunningSequenceGrowsOnWhenAnotherStandsOnIt() {
        var tree = PrefixTree()
        tree.open(0, in: scope, sharing: nil)
        tree.append([1, 2], to: 0)
        tree.open(1, in: scope, sharing: tree.longestMatch(of: [1, 2, 5], in: scope, limit: 2))
        tree.append([3], to: 0)
        tree.append([5], to: 1)
        #expect(tree.longestMatch(of: [1, 2, 3], in: scope, limit: 3)?.source == 0)
        #expect(tree.longestMatch(of: [1, 2, 5], in: scope, limit: 3)?.source == 1)
        #expect(tree.cells == 4)
    }

    /// Goal: cells, pins and matches are what a copy of every cell list would give.
    /// Method: random opens, appends, unpins and closes over a tiny alphabet, against lists of cell numbers.
    @Test(arguments: [1, 2, 3, 4, 5])
    func agreesWithAListOfCellsForEverySequence(seed: UInt64) {
        var random = SeededRandomness(seed: seed)
        var tree = PrefixTree()
        var lists: [Int: [(token: TokenID, cell: Int)]] = [:]
        var pinned: Set<Int> = []
        var nextCell = 0
        for _ in 0..<3_000 {
            let slot = Int.random(in: 0..<12, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4 where lists[slot] == nil:
                let wanted = (0..<8).map { _ in TokenID.random(in: 0..<2, using: &random) }
                let match = tree.longestMatch(of: wanted, in: scope, limit: 7)
                let best =
                    lists.values.map { list in zip(list, wanted.prefix(7)).prefix { $0.token == $1 }.count }.max() ?? 0
                #expect((match?.length ?? 0) == best)
                lists[slot] = Array((match.flatMap { lists[$0.source] } ?? []).prefix(match?.length ?? 0))
                #expect(lists[slot]?.map(\.token) == Array(wanted.prefix(best)))
                tree.open(slot, in: scope, sharing: match)
                pinned.insert(slot)
            case 4..<7 where pinned.contains(slot) && (lists[slot]?.count ?? 0) < 12:
                let tokens = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    TokenID.random(in: 0..<2, using: &random)
                }
                for token in tokens {
                    lists[slot]?.append((token, nextCell))
                    nextCell += 1
                }
                tree.append(tokens[...], to: slot)
            case 7:
                pinned.remove(slot)
                tree.unpin(slot)
            default:
                pinned.remove(slot)
                lists[slot] = nil
                tree.close(slot)
            }
            #expect(tree.cells == Set(lists.values.flatMap { $0.map(\.cell) }).count)
            #expect(tree.pinnedCells == Set(pinned.flatMap { lists[$0]?.map(\.cell) ?? [] }).count)
        }
    }
}
