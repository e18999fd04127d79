// SPDX-License-Identifier: Apache-2.0

/// The eight octets before a token chunk's text, little-endian: `{seq u32 | count u16 | flags u8 | reserved u8 = 0}`.
/// After them the text in UTF-8 and then, when `ids` is set, `count` token ids of four octets each.
///
/// `seq` is the index of the chunk's first token in the answer. Travels in DATA frames whose flag `tokens` is set.
@frozen
package struct TokenHeader: Hashable, Sendable {
    @inlinable package static var size: Int { 8 }
    /// The one flag so far; its octet's other bits must be zero.
    @inlinable package static var idsFlag: UInt8 { 1 }

    package var seq: UInt32
    package var count: UInt16
    /// Token ids follow the text; the orchestrator keeps them for replay and does not pass them on.
    package var hasIDs: Bool

    @inlinable
    package init(seq: UInt32, count: UInt16, hasIDs: Bool = false) {
        self.seq = seq
        self.count = count
        self.hasIDs = hasIDs
    }

    /// Octets that the token ids take behind the text.
    @inlinable
    package var idBytes: Int { hasIDs ? Int(count) * 4 : 0 }

    /// Reads the header of a whole chunk and checks that its parts fit into it.
    package init(reading bytes: UnsafeRawBufferPointer) throws(WireViolation) {
        guard bytes.count >= Self.size, bytes[7] == 0, bytes[6] & ~Self.idsFlag == 0 else {
            throw WireViolation(.badPayload)
        }
        seq = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        count = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self))
        hasIDs = bytes[6] & Self.idsFlag != 0
        guard bytes.count - Self.size >= idBytes else { throw WireViolation(.badPayload) }
    }

    /// Writes the header to at least eight octets.
    @inlinable
    package func write(to bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: seq.littleEndian, toByteOffset: 0, as: UInt32.self)
        bytes.storeBytes(of: count.littleEndian, toByteOffset: 4, as: UInt16.self)
        bytes.storeBytes(of: hasIDs ? Self.idsFlag : 0, toByteOffset: 6, as: UInt8.self)
        bytes.storeBytes(of: 0, toByteOffset: 7, as: UInt8.self)
    }
}
