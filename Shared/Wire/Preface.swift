// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The first thing each side says, once, before any frame: who speaks, which version, and what it will hold for us.
///
/// Little-endian: `{magic "PRLY" | size u16 | major u8 | minor u8 | features u32 | frame bytes u32 |
/// stream credit u32 | connection credit u32 | concurrent calls u32 | reserved u32 | zone, 32 octets}`. `size`
/// counts the whole preface, so that a later minor version may append fields: a reader takes the fields it knows and
/// skips the rest. Minor version 0 ended before the zone.
package struct Preface: Hashable, Sendable {
    package static let magic: [UInt8] = Array("PRLY".utf8)
    package static let size = 64
    /// Minor version 0 ends here; nothing shorter was ever one of ours.
    package static let leastSize = 32
    /// A longer preface than this is not one of ours, however new.
    package static let largestSize = 1_024
    package static let major: UInt8 = 1
    package static let minor: UInt8 = 1

    package var major = Preface.major
    package var minor = Preface.minor
    /// Optional behaviour, one bit each; what both sides set is on. None is defined yet, and unknown bits are
    /// ignored: a peer that sets one must work with a peer that does not.
    package var features: UInt32 = 0
    package var frameBytes: UInt32
    package var streamCredit: UInt32
    package var connectionCredit: UInt32
    package var concurrentCalls: UInt32
    /// Where the sender runs; unknown from a peer of minor version 0.
    package var zone: Zone

    package init(limits: WireLimits, zone: Zone = .unknown) {
        self.zone = zone
        frameBytes = limits.frameBytes
        streamCredit = limits.streamCredit
        connectionCredit = limits.connectionCredit
        concurrentCalls = limits.concurrentCalls
    }

    package var bytes: [UInt8] {
        var out = Preface.magic
        out.reserveCapacity(Preface.size)
        out.append(contentsOf: [UInt8(Preface.size & 0xFF), UInt8(Preface.size >> 8), major, minor])
        for number in [features, frameBytes, streamCredit, connectionCredit, concurrentCalls, 0] {
            out.append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) })
        }
        return out + zone.padded
    }

    /// Reads a preface from the start of `bytes`.
    /// - Returns: The preface and its length, or nil while more octets are needed.
    /// - Throws: As soon as the octets so far cannot become an acceptable preface.
    package static func read(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireViolation) -> (preface: Preface, size: Int)? {
        for (index, expected) in magic.enumerated() where index < bytes.count && bytes[index] != expected {
            throw WireViolation(.badMagic)
        }
        guard bytes.count >= 8 else { return nil }
        let size = Int(bytes[4]) | Int(bytes[5]) << 8
        guard (leastSize...largestSize).contains(size) else { throw WireViolation(.badPreface) }
        guard bytes[6] == Preface.major else { throw WireViolation(.versionMismatch) }
        guard bytes.count >= size else { return nil }
        let number = { (at: Int) in
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        }
        var preface = Preface(limits: .standard)
        preface.minor = bytes[7]
        preface.features = number(8)
        preface.frameBytes = number(12)
        preface.streamCredit = number(16)
        preface.connectionCredit = number(20)
        preface.concurrentCalls = number(24)
        // Less than this and no call could ever be made; more than 2^31 - 1 could not be counted back.
        guard preface.frameBytes >= 1_024, preface.streamCredit > 0, preface.connectionCredit > 0,
            preface.streamCredit <= CreditWindows.largest, preface.connectionCredit <= CreditWindows.largest
        else { throw WireViolation(.badPreface) }
        if size >= Preface.size {
            let field = UnsafeRawBufferPointer(rebasing: bytes[leastSize..<Preface.size])
            guard let zone = Zone(padded: field) else { throw WireViolation(.badPreface) }
            preface.zone = zone
        }
        return (preface, size)
    }
}

extension Zone {
    /// Reads the field of a preface: UTF-8, then zeros to the end.
    fileprivate init?(padded octets: UnsafeRawBufferPointer) {
        let end = octets.firstIndex(of: 0) ?? octets.endIndex
        guard octets[end...].allSatisfy({ $0 == 0 }),
            let text = String(validating: octets[..<end], as: UTF8.self)
        else { return nil }
        self.init(text)
    }

    fileprivate var padded: [UInt8] {
        let octets = Array(description.utf8)
        return octets + Array(repeating: 0, count: Zone.largest - octets.count)
    }
}
