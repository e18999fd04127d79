// SPDX-License-Identifier: Apache-2.0

/// What a connection said, as `call --capture` keeps it. Docs/Tools.md describes the file for other readers.
///
/// `PRLYCAP1`, then records, all numbers little-endian: `{time in microseconds since 1970 u64 | kind u8 |
/// three octets 0 | length u32 | octets}`.
enum CaptureFormat {
    static let magic = Array("PRLYCAP1".utf8)
    static let headSize = 16
    /// Octets of one record; what is written at once and is longer takes several.
    static let largestRecord = 1 << 20
    /// Octets of a file: a tool that is left running must not fill a disk.
    static let largestFile = 1 << 30

    static func head(microseconds: UInt64, kind: CaptureRecord.Kind, length: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: microseconds >> UInt64(8 * $0)) } + [kind.rawValue, 0, 0, 0]
            + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    }
}

/// Some octets that went one way together.
struct CaptureRecord: Equatable {
    enum Kind: UInt8 {
        case toServer = 0
        case fromServer = 1
        /// A connection begins, and whatever was before it is over; no octets.
        case connection = 2
    }
    var microseconds: UInt64
    var kind: Kind
    var octets: [UInt8] = []

    /// As it stands in a file.
    var bytes: [UInt8] {
        CaptureFormat.head(microseconds: microseconds, kind: kind, length: octets.count) + octets
    }
}

/// Why a capture cannot be read, or not to its end.
struct CaptureFailure: Error, Equatable, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
