// SPDX-License-Identifier: Apache-2.0

import TestKit
import Testing

@testable import OrchestratorScheduling

struct PrefixIndexTests {
    private func chain(_ name: UInt64, _ count: Int) -> [UInt64] {
        (0..<count).map { Rendezvous.weight(name, UInt64($0) &* 0x9E37_79B9_7F4A_7C15) }
    }

    private func index(bytes: Int = 1 << 20, lifetime: Int = 60) -> PrefixIndex {
        PrefixIndex(bytes: bytes, lifetime: lifetime)
    }

    /// Goal: the marks are counted as they are listed, and lie close enough for a guess.
    @Test func marksLieAnEighthApart() {
        for blocks in 0...1_100 {
            let count = PrefixMarks.count(in: blocks)
            #expect(count == PrefixMarks.depths.count { $0 <= blocks })
            guard blocks > 0, blocks <= PrefixIndex.maxBlocks else { continue }
            #expect(Double(blocks - PrefixMarks.depths[count - 1]) <= Double(blocks) / 8)
        }
        #expect(PrefixMarks.depths.last == PrefixIndex.maxBlocks)
    }

    /// Goal: a prompt of 100 KiB leaves an entry in nine, and is found to the mark before.
    @Test func longPromptsLeaveFewEntries() throws {
        var index = index()
        let holder = index.made()
        let blocks = chain(1, 400)
        index.record(prompt: blocks, holder: holder, at: 0)
        #expect(index.count == 52)
        #expect(index.match(blocks, at: 0).share(of: holder) == 392.0 / 400)
        #expect(index.match(Array(blocks.prefix(70)) + chain(2, 20), at: 0).share(of: holder) == 67.0 / 90)
    }

    /// Goal: the depth that halving finds is the one that counting finds, to a sixteenth.
    @Test(arguments: Seeds.these(10))
    func depthsAreThoseOfALinearScan(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        var index = index()
        let blocks = chain(seed, 200)
        var depths: [Int: Int] = [:]
        // Few different depths, as conversations have; ties among them.
        let places = (0..<6).map { _ in Int.random(in: 0...200, using: &random) }
        for _ in 0..<30 {
            let holder = index.made()
            let depth = places.randomElement(using: &random) ?? 0
            depths[holder] = depth
            index.record(prompt: Array(blocks.prefix(depth)), holder: holder, at: 1)
        }
        let match = index.match(blocks, at: 1)
        for (holder, depth) in depths {
            let marks = PrefixMarks.count(in: depth)
            let likely = marks > 0 ? PrefixMarks.likely(marks, of: 200) : 0
            #expect(match.share(of: holder) == Double(likely) / 200)
            #expect(abs(likely - depth) <= depth / 16)
        }
    }

    @Test func whatIsNotReportedAgesAndWhatIsDoesNot() throws {
        var index = index(lifetime: 60)
        let (guessed, told) = (index.made(), index.made())
        index.setExact(told)
        let blocks = chain(1, 10)
        index.record(blocks, holder: guessed, at: 0)
        index.record(blocks, holder: told, at: 0)
        #expect(index.match(blocks, at: 60).anybody.members == [guessed, told])
        #expect(index.match(blocks, at: 61).anybody.members == [told])
        for block in blocks { index.remove(block, told) }
        #expect(index.match(blocks, at: 61).levels.isEmpty)
    }

    @Test func anEvictedTailShortensTheMatch() throws {
        var index = index()
        let holder = index.made()
        let blocks = chain(1, 10)
        index.record(blocks, holder: holder, at: 0)
        for block in blocks.dropFirst(7) { index.remove(block, holder) }
        #expect(index.match(blocks, at: 0).share(of: holder) == 0.7)
        #expect(index.count == 7)
    }

    @Test func itsMemoryIsBoundedAndTheNewestStay() throws {
        var index = index(bytes: 64 * 1_000)
        let holder = index.made()
        for name in 0..<500 as Range<UInt64> {
            index.record(chain(name, 20), holder: holder, at: UInt32(name))
            // One that is asked for all the while stays, however much comes.
            index.record(chain(9_999, 20), holder: holder, at: UInt32(name))
        }
        #expect(index.count <= 1_000)
        #expect(index.match(chain(9_999, 20), at: 500).share(of: holder) == 1)
        #expect(index.match(chain(499, 20), at: 500).share(of: holder) == 1)
        #expect(index.match(chain(0, 20), at: 500).levels.isEmpty)
    }

    @Test func aLifeThatEndedIsNotSeenAndItsNumberComesBack() throws {
        var index = index()
        let first = index.made()
        let blocks = chain(1, 10)
        index.record(blocks, holder: first, at: 0)
        index.retire(first)
        #expect(index.match(blocks, at: 0).levels.isEmpty)
        let second = index.made()
        #expect(second != first, "its blocks have not been taken away yet")
        for name in 2..<40 as Range<UInt64> { index.record(chain(name, 10), holder: second, at: 0) }
        let third = index.made()
        #expect(third == first)
        #expect(index.match(blocks, at: 0).levels.isEmpty)
    }

    @Test func moreThanFourHoldersAreASet() throws {
        var index = index()
        let blocks = chain(1, 3)
        let holders = (0..<300).map { _ in index.made() }
        for holder in holders { index.record(blocks, holder: holder, at: 0) }
        #expect(index.match(blocks, at: 0).holders(atLeast: 1).members == holders)
        for holder in holders.dropLast() { index.remove(blocks[2], holder) }
        #expect(index.match(blocks, at: 0).holders(atLeast: 1).members == [299])
        #expect(index.match(blocks, at: 0).share(of: 5) == 2.0 / 3)
    }

    /// Goal: a look-up takes no longer because the fleet is large. Counted in look-ups, not in time.
    @Test func aThousandHoldersOfOnePreambleAreFoundAtOnce() throws {
        var index = index(bytes: 1 << 24)
        let preamble = chain(1, 100)
        for name in 0..<1_000 as Range<UInt64> {
            let holder = index.made()
            index.record(preamble + chain(name + 10, 4), holder: holder, at: 0)
        }
        let match = index.match(preamble + chain(500 + 10, 4), at: 0)
        #expect(match.levels.map(\.depth) == [99, 104])
        #expect(match.holders(atLeast: 0.9).count == 1_000 && match.holders(atLeast: 1).count == 1)
    }
}

extension PrefixIndex {
    fileprivate mutating func made() -> Holder {
        guard let holder = makeHolder() else { preconditionFailure("no numbers left") }
        return holder
    }
}
