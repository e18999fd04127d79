// SPDX-License-Identifier: Apache-2.0

/// A part of a text that a detector recognised. Ranges are bytes of UTF-8 and lie on character borders.
package struct Finding: Hashable, Sendable {
    /// What is done about it.
    package enum Consequence: Hashable, Sendable {
        case redact(replacement: String)
        case block
    }

    package var range: Range<Int>
    /// "card", "email", "blocklist" or a rule's name; never text of the input.
    package var kind: String
    package var consequence: Consequence

    package init(range: Range<Int>, kind: String, consequence: Consequence) {
        self.range = range
        self.kind = kind
        self.consequence = consequence
    }
}

/// What a detector says of a text that may go on: what it recognised, and from which byte on the text could still turn
/// out to be a match. `holdFrom` is the text's length when nothing is pending.
package struct Scan: Hashable, Sendable {
    package var findings: [Finding]
    package var holdFrom: Int

    package init(findings: [Finding] = [], holdFrom: Int) {
        self.findings = findings
        self.holdFrom = holdFrom
    }
}

/// The classes of bytes all detectors share. Every byte of a multi-byte character counts as a letter, so that a word
/// border never falls inside one.
enum ByteClass {
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 32) >= 97 && (byte | 32) <= 122 || byte >= 0x80 }
    static func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }
    static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
    static func lowered(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 32 : byte }
}
