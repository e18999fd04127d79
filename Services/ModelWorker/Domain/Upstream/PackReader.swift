// SPDX-License-Identifier: Apache-2.0

/// Walks one MessagePack document (msgpack.org, revision 5) without building it, as `JSONCursor` does with JSON.
struct PackReader {
    enum Failure: Error, Hashable, Sendable {
        case unexpectedEnd, malformed
    }

    private let bytes: UnsafeRawBufferPointer
    private var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private mutating func octet() throws(Failure) -> UInt8 {
        guard at < bytes.count else { throw .unexpectedEnd }
        defer { at += 1 }
        return bytes[at]
    }

    /// A big-endian number of `width` octets.
    private mutating func number(_ width: Int) throws(Failure) -> UInt64 {
        guard bytes.count - at >= width else { throw .unexpectedEnd }
        var value: UInt64 = 0
        for _ in 0..<width {
            value = value << 8 | UInt64(bytes[at])
            at += 1
        }
        return value
    }

    private mutating func length(_ width: Int) throws(Failure) -> Int {
        let value = try number(width)
        // Nothing is longer than what holds it, an element of an array being an octet at least.
        guard value <= UInt64(bytes.count - at) else { throw .unexpectedEnd }
        return Int(value)
    }

    /// Passes nil if that is what comes.
    mutating func passesNil() -> Bool {
        guard at < bytes.count, bytes[at] == 0xC0 else { return false }
        at += 1
        return true
    }

    /// The elements of the array that begins here.
    mutating func array() throws(Failure) -> Int {
        let head = try octet()
        switch head {
        case 0x90...0x9F: return Int(head & 0x0F)
        case 0xDC: return try length(2)
        case 0xDD: return try length(4)
        default: throw .malformed
        }
    }

    /// A whole number's bits, in two's complement; of octets or text the first eight octets.
    mutating func bits() throws(Failure) -> UInt64 {
        let head = try octet()
        switch head {
        case 0x00...0x7F: return UInt64(head)
        case 0xE0...0xFF: return UInt64(bitPattern: Int64(Int8(bitPattern: head)))
        case 0xCC: return try number(1)
        case 0xCD: return try number(2)
        case 0xCE: return try number(4)
        case 0xCF, 0xD3: return try number(8)
        case 0xD0: return UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: try number(1))))
        case 0xD1: return UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: try number(2))))
        case 0xD2: return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: try number(4))))
        default:
            let octets = try octets(head)
            return octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// Text, at most `longest` octets of it; nil, and the value passed, for anything else.
    mutating func text(atMost longest: Int) throws(Failure) -> String? {
        guard at < bytes.count else { throw .unexpectedEnd }
        switch bytes[at] {
        case 0xA0...0xBF, 0xD9...0xDB:
            return String(decoding: try octets(try octet()).prefix(longest), as: UTF8.self)
        default:
            try skip()
            return nil
        }
    }

    private mutating func octets(_ head: UInt8) throws(Failure) -> UnsafeRawBufferPointer.SubSequence {
        let count: Int
        switch head {
        case 0xA0...0xBF: count = Int(head & 0x1F)
        case 0xC4, 0xD9: count = try length(1)
        case 0xC5, 0xDA: count = try length(2)
        case 0xC6, 0xDB: count = try length(4)
        default: throw .malformed
        }
        guard bytes.count - at >= count else { throw .unexpectedEnd }
        defer { at += count }
        return bytes[at..<at + count]
    }

    private mutating func pass(_ count: Int) throws(Failure) {
        guard bytes.count - at >= count else { throw .unexpectedEnd }
        at += count
    }

    /// Passes one value, whatever it is. Without recursion: depth costs a hostile sender nothing.
    mutating func skip() throws(Failure) {
        var left = 1
        while left > 0 {
            left -= 1
            let head = try octet()
            switch head {
            case 0x00...0x7F, 0xE0...0xFF, 0xC0, 0xC2, 0xC3: break
            case 0x80...0x8F: left += 2 * Int(head & 0x0F)
            case 0x90...0x9F: left += Int(head & 0x0F)
            case 0xA0...0xBF, 0xC4...0xC6, 0xD9...0xDB: _ = try octets(head)
            case 0xC7: try pass(1 + Int(try number(1)))
            case 0xC8: try pass(1 + Int(try number(2)))
            case 0xC9: try pass(1 + Int(try number(4)))
            case 0xCC, 0xD0: try pass(1)
            case 0xCD, 0xD1: try pass(2)
            case 0xCA, 0xCE, 0xD2: try pass(4)
            case 0xCB, 0xCF, 0xD3: try pass(8)
            case 0xD4...0xD8: try pass(1 + 1 << Int(head - 0xD4))
            case 0xDC: left += try length(2)
            case 0xDD: left += try length(4)
            case 0xDE: left += 2 * (try length(2))
            case 0xDF: left += 2 * (try length(4))
            default: throw .malformed
            }
        }
    }
}
