// SPDX-License-Identifier: Apache-2.0

/// Takes an input apart, byte by byte. Behind its end there are zeros, so that every prefix of an input is an input.
struct FuzzInput {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at >= bytes.count }

    mutating func byte() -> UInt8 {
        guard at < bytes.count else { return 0 }
        defer { at += 1 }
        return bytes[at]
    }

    /// A number below `bound`, which is at most 256.
    mutating func number(below bound: Int) -> Int { Int(byte()) % bound }

    /// So many bytes, filled up with zeros.
    mutating func bytes(_ count: Int) -> [UInt8] {
        let taken = bytes[min(at, bytes.count)..<min(at + count, bytes.count)]
        at += count
        return taken + [UInt8](repeating: 0, count: count - taken.count)
    }

    /// All that is left.
    mutating func rest() -> [UInt8] {
        defer { at = bytes.count }
        return Array(bytes[min(at, bytes.count)...])
    }
}
