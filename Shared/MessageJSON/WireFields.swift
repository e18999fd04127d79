// SPDX-License-Identifier: Apache-2.0

/// The fields of one encoded message, one after the other (https://protobuf.dev/programming-guides/encoding/).
///
/// A reader of its own beside protobuf-c's, because a tool shows what was sent: fields that the contract does not know,
/// and how far the octets go before they stop making sense. It reads Swift arrays with checked bounds.
struct WireFields {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case delimited(ArraySlice<UInt8>)
        case fixed32(UInt32)
    }
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next field; nil where the octets are not one.
    mutating func next() -> (number: UInt32, value: Value)? {
        guard let tag = varint(), tag >> 3 != 0, tag >> 3 < 1 << 29 else { return nil }
        let number = UInt32(tag >> 3)
        switch tag & 7 {
        case 0: return varint().map { (number, .varint($0)) }
        case 1: return fixed(8).map { (number, .fixed64($0)) }
        case 2:
            guard let count = varint(), count <= UInt64(rest.count) else { return nil }
            let bytes = rest.prefix(Int(count))
            rest = rest.dropFirst(Int(count))
            return (number, .delimited(bytes))
        case 5: return fixed(4).map { (number, .fixed32(UInt32(truncatingIfNeeded: $0))) }
        default: return nil
        }
    }

    /// Seven bits an octet, the least first; ten octets at most.
    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let octet = rest.popFirst() else { return nil }
            value |= UInt64(octet & 0x7F) << UInt64(shift)
            if octet & 0x80 == 0 { return value }
        }
        return nil
    }

    mutating func fixed(_ size: Int) -> UInt64? {
        guard rest.count >= size else { return nil }
        let value = rest.prefix(size).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(size)
        return value
    }
}

/// Writes the same.
enum WireOctets {
    static func tag(_ number: UInt32, _ wireType: UInt64, to out: inout [UInt8]) {
        varint(UInt64(number) << 3 | wireType, to: &out)
    }

    static func varint(_ value: UInt64, to out: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(rest))
    }

    static func fixed(_ value: UInt64, size: Int, to out: inout [UInt8]) {
        for index in 0..<size { out.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    static func delimited(_ bytes: [UInt8], to out: inout [UInt8]) {
        varint(UInt64(bytes.count), to: &out)
        out += bytes
    }
}
