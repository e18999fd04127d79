// SPDX-License-Identifier: Apache-2.0

/// The bound values of one statement, in one run of bytes that libpq reads from.
package struct Parameters: Sendable {
    struct Entry: Sendable {
        var type: ColumnType
        /// libpq's words for it: 0 is text, 1 is binary.
        var format: Int32
        /// nil for NULL.
        var range: Range<Int>?
    }

    /// The protocol counts parameters in sixteen bits.
    package static let longestList = 65_535
    /// The most bytes of one statement's values. Files are stored in pieces; nothing else of ours is near it.
    package static let mostBytes = 32 << 20

    private(set) var entries: [Entry] = []
    private(set) var bytes: [UInt8] = []
    /// A text held a NUL, which Postgres cannot store and C strings would silently cut at.
    private(set) var containsNUL = false

    var count: Int { entries.count }

    /// Adds a value in Postgres' binary form.
    package mutating func append(_ type: ColumnType, _ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        write(&bytes)
        entries.append(Entry(type: type, format: 1, range: start..<bytes.count))
    }

    /// Adds text whose type the server infers, so that a `String` fits text, enum, citext and date columns alike.
    package mutating func append(text: String) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        if bytes[start...].contains(0) { containsNUL = true }
        entries.append(Entry(type: .inferred, format: 0, range: start..<bytes.count))
        bytes.append(0)  // libpq reads text parameters as C strings.
    }

    package mutating func appendNull(_ type: ColumnType) {
        entries.append(Entry(type: type, format: 1, range: nil))
    }

    /// Notes text that stands inside another value, such as an array's element.
    mutating func noteText(_ text: String) {
        if text.utf8.contains(0) { containsNUL = true }
    }
}

extension [UInt8] {
    /// Appends an integer in network order, as everything in Postgres' binary forms is.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
