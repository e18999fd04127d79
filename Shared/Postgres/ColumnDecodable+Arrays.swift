// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A value whose `Array` can be read from a column: as Postgres' array, or, for octets, as its bytes.
package protocol ArrayElementDecodable: Sendable {
    static func decodeArray(_ cell: Cell) throws(DatabaseFailure) -> [Self]
}

extension Array: ColumnDecodable where Element: ArrayElementDecodable {
    package static func decode(_ cell: Cell) throws(DatabaseFailure) -> [Element] { try Element.decodeArray(cell) }
}

extension UInt8: ArrayElementDecodable {
    /// The bytes of a bytea; of a text or JSON, its UTF-8.
    package static func decodeArray(_ cell: Cell) throws(DatabaseFailure) -> [UInt8] {
        guard let bytes = cell.bytes else { throw cell.mismatch("bytes") }
        switch cell.type {
        case .bytea, .text, .varchar, .json: return Array(bytes)
        case .jsonb where bytes.first == 1: return Array(bytes.dropFirst())
        default: throw cell.mismatch("bytes")
        }
    }
}

extension String: ArrayElementDecodable {
    package static func decodeArray(_ cell: Cell) throws(DatabaseFailure) -> [String] { try cell.elements() }
}

extension Int64: ArrayElementDecodable {
    package static func decodeArray(_ cell: Cell) throws(DatabaseFailure) -> [Int64] { try cell.elements() }
}

extension UUIDv7: ArrayElementDecodable {
    package static func decodeArray(_ cell: Cell) throws(DatabaseFailure) -> [UUIDv7] { try cell.elements() }
}

extension Identifier: ArrayElementDecodable {
    package static func decodeArray(_ cell: Cell) throws(DatabaseFailure) -> [Identifier] { try cell.elements() }
}

extension Cell {
    /// Reads a one-dimensional array without NULLs. The server is trusted, its bytes are still checked: a length read
    /// from the wrong place must be an error and not a crash.
    func elements<Element: ColumnDecodable>() throws(DatabaseFailure) -> [Element] {
        guard let bytes, bytes.count >= 12 else { throw mismatch("an array") }
        let dimensions = bytes.bigEndian(Int32.self)
        let elementType = ColumnType(rawValue: bytes.bigEndian(UInt32.self, at: 8))
        if dimensions == 0 { return [] }
        guard dimensions == 1, bytes.count >= 20 else { throw mismatch("an array of one dimension") }
        let count = Int(bytes.bigEndian(Int32.self, at: 12))
        // Each element takes four bytes at least, so a count cannot make us reserve more than we were sent.
        guard count >= 0, count <= (bytes.count - 20) / 4 else { throw mismatch("an array") }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        var offset = 20
        for _ in 0..<count {
            guard offset + 4 <= bytes.count else { throw mismatch("an array") }
            let length = Int(bytes.bigEndian(Int32.self, at: offset))
            offset += 4
            guard length >= 0, length <= bytes.count - offset else { throw mismatch("an array without NULLs") }
            let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            elements.append(try Element.decode(Cell(type: elementType, column: column, bytes: part)))
            offset += length
        }
        return elements
    }
}
