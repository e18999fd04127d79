// SPDX-License-Identifier: Apache-2.0

/// The payload of GOAWAY: `{last accepted stream u32 LE}` and then a text for the log, in UTF-8, at most 1,024 octets.
/// Calls above that stream were never looked at and may be made again elsewhere, whatever their method.
package enum GoAwayPayload {
    package static func encode(lastStream: UInt32, text: String) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: lastStream >> UInt32(8 * $0)) } + Array(text.utf8.prefix(1_024))
    }

    /// Reads the stream; the text is left where it is. The header's rules have made sure of four octets.
    package static func lastStream(_ bytes: UnsafeRawBufferPointer) throws(WireViolation) -> UInt32 {
        guard bytes.count >= 4 else { throw WireViolation(.badPayload) }
        return UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
    }
}
