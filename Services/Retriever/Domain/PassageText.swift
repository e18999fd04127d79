// SPDX-License-Identifier: Apache-2.0

/// A passage as ingestion makes it, before it has an id or a vector.
package struct PassageText: Hashable, Sendable {
    package var ordinal: Int32
    /// Where it stands in the file, in bytes of its text.
    package var range: Range<Int>
    package var text: String

    package init(ordinal: Int32, range: Range<Int>, text: String) {
        self.ordinal = ordinal
        self.range = range
        self.text = text
    }

    /// The passages of a whole text.
    package static func all(of text: String) -> [PassageText] {
        let bytes = Array(text.utf8)
        return Chunker.chunk(text).enumerated().map { ordinal, range in
            PassageText(ordinal: Int32(ordinal), range: range, text: String(decoding: bytes[range], as: UTF8.self))
        }
    }
}
