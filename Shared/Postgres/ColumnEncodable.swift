// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A value that can be bound to a statement's parameter.
package protocol ColumnEncodable: Sendable {
    /// The type it is sent as, and its NULL.
    static var columnType: ColumnType { get }
    func bind(to parameters: inout Parameters)
}

/// A value that can stand in an array parameter.
package protocol ArrayElementEncodable: ColumnEncodable {
    static var arrayType: ColumnType { get }
    /// Appends the element's binary form, without its length.
    func write(to bytes: inout [UInt8])
}

extension ArrayElementEncodable {
    package func bind(to parameters: inout Parameters) {
        parameters.append(Self.columnType) { write(to: &$0) }
    }
}

extension Int64: ArrayElementEncodable {
    package static var columnType: ColumnType { .bigint }
    package static var arrayType: ColumnType { .bigintArray }
    package func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int: ArrayElementEncodable {
    package static var columnType: ColumnType { .bigint }
    package static var arrayType: ColumnType { .bigintArray }
    package func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }
}

extension Int32: ColumnEncodable {
    package static var columnType: ColumnType { .integer }
    package func bind(to parameters: inout Parameters) {
        parameters.append(.integer) { $0.append(bigEndian: self) }
    }
}

extension Bool: ColumnEncodable {
    package static var columnType: ColumnType { .bool }
    package func bind(to parameters: inout Parameters) { parameters.append(.bool) { $0.append(self ? 1 : 0) } }
}

extension Double: ColumnEncodable {
    package static var columnType: ColumnType { .double }
    package func bind(to parameters: inout Parameters) {
        parameters.append(.double) { $0.append(bigEndian: bitPattern) }
    }
}

extension String: ArrayElementEncodable {
    package static var columnType: ColumnType { .inferred }
    package static var arrayType: ColumnType { .textArray }
    package func bind(to parameters: inout Parameters) { parameters.append(text: self) }
    package func write(to bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }
}

extension UUIDv7: ArrayElementEncodable {
    package static var columnType: ColumnType { .uuid }
    package static var arrayType: ColumnType { .uuidArray }
    package func write(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
    }
}

extension Identifier: ColumnEncodable, ArrayElementEncodable {
    package static var columnType: ColumnType { .uuid }
    package static var arrayType: ColumnType { .uuidArray }
    package func write(to bytes: inout [UInt8]) { uuid.write(to: &bytes) }
}

extension Timestamp: ColumnEncodable {
    /// Microseconds from 1970 to 2000, where Postgres' own count begins.
    static let postgresEpoch: Int64 = 946_684_800_000_000

    package static var columnType: ColumnType { .timestamptz }
    package func bind(to parameters: inout Parameters) {
        // Wraps only 290,000 years before Christ, where Postgres has no dates to confuse it with.
        parameters.append(.timestamptz) { $0.append(bigEndian: microseconds &- Self.postgresEpoch) }
    }
}

extension Parameters {
    /// Postgres' binary array: dimensions, whether NULLs occur, the element's type, then length and lower bound.
    mutating func append<Element: ArrayElementEncodable>(array: [Element]) {
        // An array's elements have a type of their own; where a single text's is inferred, theirs is text.
        let elementType = Element.columnType == .inferred ? ColumnType.text : Element.columnType
        for case let text as String in array { noteText(text) }
        append(Element.arrayType) { bytes in
            bytes.append(bigEndian: Int32(array.isEmpty ? 0 : 1))
            bytes.append(bigEndian: 0 as Int32)
            bytes.append(bigEndian: elementType.rawValue)
            guard !array.isEmpty else { return }
            bytes.append(bigEndian: Int32(array.count))
            bytes.append(bigEndian: 1 as Int32)
            for element in array {
                let mark = bytes.count
                bytes.append(bigEndian: 0 as Int32)
                element.write(to: &bytes)
                let length = UInt32(bytes.count - mark - 4)
                for octet in 0..<4 { bytes[mark + octet] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * octet)) }
            }
        }
    }
}
