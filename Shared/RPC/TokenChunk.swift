// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import Wire

/// A few tokens of an answer as they travel: where they stand, their text, and for replay their ids.
///
/// `text` is a slice of what was received, so a relay passes it on without looking inside. It is UTF-8 and ends at a
/// character's end; whoever shows it to a person relies on the worker for that and checks nothing again.
package struct TokenChunk: Sendable, Equatable {
    /// Index of the chunk's first token in the answer.
    package var seq: UInt32
    /// Tokens in this chunk.
    package var count: UInt16
    package var text: ByteBuffer
    /// Either empty or one per token.
    package var ids: [UInt32]

    package init(seq: UInt32, count: UInt16, text: ByteBuffer, ids: [UInt32] = []) {
        self.seq = seq
        self.count = count
        self.text = text
        self.ids = ids
    }

    /// A chunk from a string; `count` tokens stand behind it.
    package init(seq: UInt32, count: UInt16, text: String, ids: [UInt32] = []) {
        self.init(seq: seq, count: count, text: ByteBuffer(string: text), ids: ids)
    }

    /// The same chunk for somebody who has no use for token ids. Copies no text.
    package func withoutIDs() -> TokenChunk { TokenChunk(seq: seq, count: count, text: text) }

    /// Octets this chunk takes in a frame.
    package var encodedSize: Int { TokenHeader.size + text.readableBytes + ids.count * 4 }

    /// Writes header, text and ids.
    func write(to out: inout ByteBuffer) {
        let header = TokenHeader(
            seq: seq, count: ids.isEmpty ? count : UInt16(clamping: ids.count),
            hasIDs: !ids.isEmpty)
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: TokenHeader.size) { bytes in
            if let base = bytes.baseAddress { header.write(to: base) }
            return TokenHeader.size
        }
        text.withUnsafeReadableBytes { _ = out.append(octets: $0) }
        for id in ids { out.writeInteger(id, endianness: .little) }
    }

    /// Reads a whole payload. The text stays where it is.
    package init(payload: ByteBuffer) throws(WireViolation) {
        let read = payload.withUnsafeReadableBytes { bytes -> Result<TokenHeader, WireViolation> in
            Result { () throws(WireViolation) in try TokenHeader(reading: bytes) }
        }
        let header = try read.get()
        let start = payload.readerIndex + TokenHeader.size
        let textCount = payload.readableBytes - TokenHeader.size - header.idBytes
        guard let text = payload.getSlice(at: start, length: textCount) else { throw WireViolation(.badPayload) }
        self.init(seq: header.seq, count: header.count, text: text)
        guard header.hasIDs else { return }
        ids.reserveCapacity(Int(header.count))
        for index in 0..<Int(header.count) {
            let at = start + textCount + 4 * index
            guard let id = payload.getInteger(at: at, endianness: .little, as: UInt32.self) else {
                throw WireViolation(.badPayload)
            }
            ids.append(id)
        }
    }
}

/// One thing that arrived on a stream.
@frozen
package enum StreamElement<Event: Sendable>: Sendable {
    case event(Event)
    case tokens(TokenChunk)
}
