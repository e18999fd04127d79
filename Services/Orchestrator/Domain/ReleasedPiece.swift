// SPDX-License-Identifier: Apache-2.0

/// A run of whole token chunks that may leave: redacted, and counted in tokens of the answer.
package struct ReleasedPiece: Hashable, Sendable {
    /// One of several pieces that were joined.
    package struct Part: Hashable, Sendable {
        package var count: UInt32
        package var bytes: Int

        package init(count: UInt32, bytes: Int) {
            self.count = count
            self.bytes = bytes
        }
    }

    /// Index in the answer of the first token.
    package var seq: UInt32
    package var count: UInt32
    package var text: [UInt8]
    /// The pieces this one was joined from, where somebody may have read some of them alone; empty for one piece.
    package var parts: [Part]

    package init(seq: UInt32, count: UInt32, text: [UInt8], parts: [Part] = []) {
        self.seq = seq
        self.count = count
        self.text = text
        self.parts = parts
    }

    /// The index of the first token after this piece, as an event's id says it. Text without a token is one place
    /// further than the tokens before it, so that whoever has read those and not it is told it.
    package var next: UInt32 { count > 0 ? seq &+ count : seq &+ 1 }

    /// What of this piece a reader has not had who begins at `token`; nil when that is nothing.
    ///
    /// - Returns: whole parts only. A place that no reader was ever given, within a part, is the end of that part.
    package func from(_ token: UInt32) -> ReleasedPiece? {
        if seq >= token { return self }
        var rest = self
        while let part = rest.parts.first, rest.seq < token {
            rest.parts.removeFirst()
            rest.text.removeFirst(part.bytes)
            rest.seq &+= part.count
            rest.count &-= part.count
        }
        return rest.seq >= token && !rest.parts.isEmpty ? rest : nil
    }
}
