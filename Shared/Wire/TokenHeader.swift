// SPDX-License-Identifier: Apache-2.0

/// The eight octets before a token chunk's text, little-endian: `{seq u32 | count u16 | flags u8 | reserved u8 = 0}`.
/// After them the text in UTF-8 and then, when `ids` is set, `count` token ids of four octets each.
///
/// `seq` is the index of the chunk's first token in the answer. Travels in DATA frames whose flag `tokens` is set.
package struct TokenHeader: Hashable, Sendable {
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Token ids follow the text; the orchestrator keeps them for replay and does not pass them on.
        package static let ids = Flags(rawValue: 1)
    }
    package static let size = 8

    package var seq: UInt32
    package var count: UInt16
    package var flags: Flags

    package init(seq: UInt32, count: UInt16, flags: Flags = []) {
        self.seq = seq
        self.count = count
        self.flags = flags
    }

    /// Octets that the token ids take behind the text.
    package var idBytes: Int { flags.contains(.ids) ? Int(count) * 4 : 0 }

    /// Reads the header of a whole chunk and checks that its parts fit into it.
    package init(reading bytes: UnsafeRawBufferPointer) throws(WireViolation) {
        guard bytes.count >= Self.size, bytes[7] == 0, bytes[6] & ~Flags.ids.rawValue == 0 else {
            throw WireViolation(.badPayload)
        }
        seq = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        count = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self))
        flags = Flags(rawValue: bytes[6])
        guard bytes.count - Self.size >= idBytes else { throw WireViolation(.badPayload) }
    }

    /// Writes the header to at least eight octets.
    package func write(to bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: seq.littleEndian, toByteOffset: 0, as: UInt32.self)
        bytes.storeBytes(of: count.littleEndian, toByteOffset: 4, as: UInt16.self)
        bytes.storeBytes(of: flags.rawValue, toByteOffset: 6, as: UInt8.self)
        bytes.storeBytes(of: 0, toByteOffset: 7, as: UInt8.self)
    }
}
