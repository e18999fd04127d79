// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// One value of a result in Postgres' binary form. Valid only during the call it is passed to.
package struct Cell {
    package let type: ColumnType
    package let column: Int
    /// nil for NULL.
    let bytes: UnsafeRawBufferPointer?

    func mismatch(_ wanted: String) -> DatabaseFailure {
        let found = bytes == nil ? "NULL" : "type \(type.rawValue)"
        return DatabaseFailure(.decoding, detail: "column \(column) is \(found), not \(wanted)")
    }

    /// The bytes, when the cell is one of these types and as long as it must be.
    func content(_ wanted: String, _ types: ColumnType..., count: Int? = nil) throws(DatabaseFailure)
        -> UnsafeRawBufferPointer
    {
        guard let bytes, types.contains(type), count == nil || count == bytes.count else { throw mismatch(wanted) }
        return bytes
    }
}

/// A value that can be read from a column.
package protocol ColumnDecodable: Sendable {
    static func decode(_ cell: Cell) throws(DatabaseFailure) -> Self
}

extension Optional: ColumnDecodable where Wrapped: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}

extension UnsafeRawBufferPointer {
    /// Reads an integer in network order.
    func bigEndian<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int = 0) -> Value {
        Value(bigEndian: loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

extension Int64: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> Int64 {
        switch (cell.type, cell.bytes) {
        case (.bigint, let bytes?) where bytes.count == 8: return bytes.bigEndian(Int64.self)
        case (.integer, let bytes?) where bytes.count == 4: return Int64(bytes.bigEndian(Int32.self))
        case (.smallint, let bytes?) where bytes.count == 2: return Int64(bytes.bigEndian(Int16.self))
        case (.numeric, let bytes?):
            guard let value = wholeNumber(numeric: bytes) else { throw cell.mismatch("a whole number of 64 bits") }
            return value
        default: throw cell.mismatch("a whole number")
        }
    }

    /// Reads a numeric, the type of `sum(bigint)`: digits in base 10,000, the first worth 10,000 to the `weight`.
    /// nil for a fraction, NaN, an infinity, or what does not fit.
    private static func wholeNumber(numeric bytes: UnsafeRawBufferPointer) -> Int64? {
        guard bytes.count >= 8 else { return nil }
        let count = Int(bytes.bigEndian(Int16.self))
        let weight = Int(bytes.bigEndian(Int16.self, at: 2))
        let sign = bytes.bigEndian(UInt16.self, at: 4)
        guard count >= 0, bytes.count == 8 + 2 * count, sign == 0 || sign == 0x4000 else { return nil }
        // Digits that stand after the decimal point must be zero.
        for index in 0..<count where index > weight {
            guard bytes.bigEndian(Int16.self, at: 8 + 2 * index) == 0 else { return nil }
        }
        var value: Int64 = 0
        if weight >= 0 {
            for index in 0...weight {
                let digit = index < count ? Int64(bytes.bigEndian(Int16.self, at: 8 + 2 * index)) : 0
                // Built negative: Int64's smallest value has no positive counterpart.
                let (scaled, overflow) = value.multipliedReportingOverflow(by: 10_000)
                let (sum, carried) = scaled.subtractingReportingOverflow(digit)
                guard !overflow, !carried else { return nil }
                value = sum
            }
        }
        if sign == 0x4000 { return value }
        return value == .min ? nil : -value
    }
}

extension Int: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> Int { Int(try Int64.decode(cell)) }
}

extension Int32: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> Int32 {
        guard let value = Int32(exactly: try Int64.decode(cell)) else {
            throw cell.mismatch("a whole number of 32 bits")
        }
        return value
    }
}

extension Bool: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> Bool {
        try cell.content("a boolean", .bool, count: 1)[0] != 0
    }
}

extension Double: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> Double {
        switch (cell.type, cell.bytes) {
        case (.double, let bytes?) where bytes.count == 8: return Double(bitPattern: bytes.bigEndian(UInt64.self))
        case (.real, let bytes?) where bytes.count == 4:
            return Double(Float(bitPattern: bytes.bigEndian(UInt32.self)))
        default: throw cell.mismatch("a floating-point number")
        }
    }
}

extension String: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> String {
        guard let bytes = cell.bytes else { throw cell.mismatch("text") }
        switch cell.type {
        case .text, .varchar, .character, .name, .json, .unknown: return String(decoding: bytes, as: UTF8.self)
        case .jsonb where bytes.first == 1: return String(decoding: bytes.dropFirst(), as: UTF8.self)
        case let type where type.isUserDefined: return String(decoding: bytes, as: UTF8.self)
        default: throw cell.mismatch("text")
        }
    }
}

extension UUIDv7: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> UUIDv7 {
        let bytes = try cell.content("a uuid", .uuid, count: 16)
        return UUIDv7(high: bytes.bigEndian(UInt64.self), low: bytes.bigEndian(UInt64.self, at: 8))
    }
}

extension Identifier: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> Identifier {
        Identifier(try UUIDv7.decode(cell))
    }
}

extension Timestamp: ColumnDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> Timestamp {
        let value = try cell.content("a timestamptz", .timestamptz, count: 8).bigEndian(Int64.self)
        // The ends of Int64 are Postgres' infinities, which are no moments.
        let (sum, overflow) = value.addingReportingOverflow(postgresEpoch)
        guard !overflow, value != .min else { throw cell.mismatch("a finite time") }
        return Timestamp(microseconds: sum)
    }
}
