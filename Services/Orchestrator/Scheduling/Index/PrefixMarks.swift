// SPDX-License-Identifier: Apache-2.0

/// The depths of a prompt at which the index is told and asked of it: each of the first sixteen blocks, then eight in
/// each doubling.
///
/// A block's hash covers everything before it, so one entry at a depth stands for all above it. Depths are known to a
/// sixteenth, which is more than a guess of a cache is worth; a prompt of 17 KiB takes 32 entries and not 68, one of
/// 100 KiB 52 and not 400, and what a prompt has of its own mostly none: so a table remembers twice to ten times the
/// prefixes, and a decision writes so much less.
package enum PrefixMarks {
    private static let everyBlock = 16
    private static let inEachDoubling = 8

    /// Ascending, from 1.
    package static let depths: [Int] = {
        var depths = Array(1...everyBlock)
        var octave = everyBlock
        while octave < PrefixIndex.maxBlocks {
            for part in 1...inEachDoubling { depths.append(octave + octave / inEachDoubling * part) }
            octave *= 2
        }
        return depths
    }()

    /// How deep a match goes of which so many marks are known: it ends somewhere before the next, so the middle.
    static func likely(_ marks: Int, of blocks: Int) -> Int {
        let known = depths[marks - 1]
        let next = marks < depths.count ? depths[marks] : PrefixIndex.maxBlocks + 1
        return (known + max(known, min(next - 1, blocks))) / 2
    }

    /// How many marks a prompt of so many blocks has.
    package static func count(in blocks: Int) -> Int {
        if blocks <= everyBlock { return max(0, blocks) }
        let bounded = min(blocks, PrefixIndex.maxBlocks)
        // Whole doublings beyond the first sixteen, and eighths of the one it ends in.
        let doublings = (Int.bitWidth - 1 - bounded.leadingZeroBitCount) - everyBlock.trailingZeroBitCount
        let octave = everyBlock << doublings
        return everyBlock + inEachDoubling * doublings + (bounded - octave) / (octave / inEachDoubling)
    }
}
