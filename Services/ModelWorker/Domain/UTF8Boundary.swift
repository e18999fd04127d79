// SPDX-License-Identifier: Apache-2.0

/// Lets text through at whole characters only.
///
/// A token may end within a character: an emoji is often three tokens. The open end, at most three bytes, waits for
/// the next token. Bytes that can never become a character are replaced with U+FFFD, so what leaves is valid UTF-8.
package struct UTF8Boundary: Sendable {
    private var open: [UInt8] = []
    package init() {}

    package mutating func append(_ bytes: [UInt8]) -> [UInt8] {
        if open.isEmpty, bytes.allSatisfy({ $0 < 0x80 }) { return bytes }
        open += bytes
        let whole = open.count - Self.openEnd(of: open)
        defer { open.removeFirst(whole) }
        return Self.repaired(open[..<whole])
    }

    /// The text has ended: a character left open is replaced.
    package mutating func finish() -> [UInt8] {
        defer { open = [] }
        return Self.repaired(open[...])
    }

    /// How many bytes at the end begin a character that needs more of them.
    private static func openEnd(of bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            let length =
                switch byte {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 1
                }
            return length > back ? back : 0
        }
        return 0
    }

    private static func repaired(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
}
