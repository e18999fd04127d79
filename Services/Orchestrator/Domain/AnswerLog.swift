// SPDX-License-Identifier: Apache-2.0

/// The answer of a running turn as it may be seen: one run of bytes, and a mark at the end of every piece.
///
/// Followers read it by cursor, each at its own pace; the turn log in Redis is written from it; the stored item is its
/// text. Bytes are kept once, whoever reads them.
package struct AnswerLog: Sendable {
    private struct Mark {
        var seq: UInt32
        var count: UInt32
        var end: Int
    }

    /// A reader's place.
    package struct Cursor: Hashable, Sendable {
        var mark: Int
        package static let start = Cursor(mark: 0)

        package func isAfter(_ other: Cursor) -> Bool { mark > other.mark }
    }

    package private(set) var text: [UInt8] = []
    private var marks: [Mark] = []
    /// Tokens in the log.
    package private(set) var count: UInt32 = 0
    /// The ids of the answer's tokens in order, as far as the worker told them; may run ahead of `count` by what the
    /// output window holds.
    package private(set) var tokens: [UInt32] = []

    package init() {}

    package mutating func append(_ piece: ReleasedPiece) {
        text += piece.text
        count &+= piece.count
        marks.append(Mark(seq: piece.seq, count: piece.count, end: text.count))
    }

    package mutating func note(tokens new: [UInt32]) {
        tokens += new
    }

    package mutating func forgetTokens() { tokens = [] }

    /// The ids of exactly the tokens in the log; empty when the worker did not tell all of them.
    package var loggedTokens: ArraySlice<UInt32> { tokens.count >= Int(count) ? tokens.prefix(Int(count)) : [] }

    package var end: Cursor { Cursor(mark: marks.count) }

    /// Bytes that a reader at `cursor` has not had.
    package func bytesAfter(_ cursor: Cursor) -> Int {
        text.count - (cursor.mark == 0 ? 0 : marks[cursor.mark - 1].end)
    }

    /// Everything after `cursor` as one piece, and moves it there; nil when there is nothing.
    ///
    /// A reader that keeps up gets single pieces; one that lags gets its backlog at once, which costs both less.
    ///
    /// Text that came without a token is told by itself, so that its place has a name of its own.
    ///
    /// - Parameters:
    ///   - seq: pieces that begin before this token are skipped, whether they are there yet or not.
    ///   - keepsParts: whether the piece says what it was joined from; for whoever cuts it again.
    package func read(
        _ cursor: inout Cursor, fromToken seq: UInt32 = 0, keepsParts: Bool = false
    ) -> ReleasedPiece? {
        while cursor.mark < marks.count, marks[cursor.mark].seq < seq { cursor.mark += 1 }
        guard cursor.mark < marks.count else { return nil }
        let first = cursor.mark
        let start = first == 0 ? 0 : marks[first - 1].end
        var count: UInt32 = 0
        var last = first
        for index in first..<marks.count {
            if index > first, marks[index].count == 0 { break }
            count &+= marks[index].count
            last = index
        }
        cursor.mark = last + 1
        var piece = ReleasedPiece(seq: marks[first].seq, count: count, text: Array(text[start..<marks[last].end]))
        if keepsParts, last > first {
            var at = start
            piece.parts = marks[first...last].map { mark in
                defer { at = mark.end }
                return ReleasedPiece.Part(count: mark.count, bytes: mark.end - at)
            }
        }
        return piece
    }
}
