// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into passages at paragraphs (spec 05.10).
///
/// Small neighbours are joined until a passage says something; a long paragraph is cut at the ends of sentences, then
/// at spaces, and only then inside a word. Every passage is a contiguous part of the text, so that a citation can
/// point to its bytes.
package enum Chunker {
    /// What the embedding model reads well: about 150 English tokens of its 256.
    package static let longestBytes = 700
    /// Below this a paragraph joins its neighbour.
    package static let shortestBytes = 160

    /// Ranges of UTF-8 bytes, in order, without the white space around them.
    package static func chunk(_ text: String) -> [Range<Int>] {
        var text = text
        return text.withUTF8 { bytes in
            var chunks: [Range<Int>] = []
            var open: Range<Int>?
            for paragraph in paragraphs(bytes) {
                for piece in pieces(bytes, paragraph) {
                    guard let current = open else {
                        open = piece
                        continue
                    }
                    let joined = current.lowerBound..<piece.upperBound
                    if joined.count <= longestBytes, current.count < shortestBytes || piece.count < shortestBytes {
                        open = joined
                    } else {
                        chunks.append(current)
                        open = piece
                    }
                }
            }
            if let open { chunks.append(open) }
            return chunks
        }
    }

    /// Stretches between blank lines.
    private static func paragraphs(_ bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var out: [Range<Int>] = []
        var start = 0
        var at = 0
        while at < bytes.count {
            guard bytes[at] == 10 else {
                at += 1
                continue
            }
            var next = at + 1
            while next < bytes.count, bytes[next] == 32 || bytes[next] == 9 || bytes[next] == 13 { next += 1 }
            if next < bytes.count, bytes[next] == 10 {
                if let range = trimmed(bytes, start..<at) { out.append(range) }
                start = next + 1
                at = start
            } else {
                at += 1
            }
        }
        if let range = trimmed(bytes, start..<bytes.count) { out.append(range) }
        return out
    }

    /// A paragraph in parts that are short enough.
    private static func pieces(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
        var out: [Range<Int>] = []
        var start = range.lowerBound
        while range.upperBound - start > longestBytes {
            let cut = cutPoint(bytes, from: start, limit: start + longestBytes)
            if let piece = trimmed(bytes, start..<cut) { out.append(piece) }
            start = cut
        }
        if let piece = trimmed(bytes, start..<range.upperBound) { out.append(piece) }
        return out
    }

    /// The last good place to cut before `limit`: behind a sentence, else behind a space, else before a character.
    private static func cutPoint(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, limit: Int) -> Int {
        var space: Int?
        var at = limit
        while at > start + shortestBytes {
            if isSpace(bytes[at - 1]) {
                let before = bytes[at - 2]
                if before == 46 || before == 33 || before == 63 || before == 10 { return at }
                if space == nil { space = at }
            }
            at -= 1
        }
        if let space { return space }
        at = limit
        while at > start + 1, bytes[at] & 0xC0 == 0x80 { at -= 1 }
        return at
    }

    private static func trimmed(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, isSpace(bytes[low]) { low += 1 }
        while high > low, isSpace(bytes[high - 1]) { high -= 1 }
        return low < high ? low..<high : nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
}
