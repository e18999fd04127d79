// SPDX-License-Identifier: Apache-2.0

/// A 128-bit identifier whose first 48 bits are Unix milliseconds (RFC 9562, section 5.7), so that rows made
/// together lie together in an index and ids sort by age.
package struct UUIDv7: Hashable, Sendable {
    /// The sixteen octets in network order, as two big-endian halves.
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes a new id. `random` gives 74 bits after version and variant are set; collisions within one millisecond
    /// need about 2^37 ids.
    package init(at time: Timestamp, random: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(max(0, time.milliseconds)) & 0xFFFF_FFFF_FFFF
        let a = random.next()
        let b = random.next()
        self.init(high: milliseconds << 16 | 0x7000 | (a & 0x0FFF), low: (b & 0x3FFF_FFFF_FFFF_FFFF) | (1 << 63))
    }

    /// Makes the id that a digest stands for: the version and variant bits are set, all others are the digest's.
    /// Used where an id must be the same again, as a turn id derived from an idempotency key.
    package init(digest high: UInt64, _ low: UInt64) {
        self.init(
            high: (high & 0xFFFF_FFFF_FFFF_0FFF) | 0x7000, low: (low & 0x3FFF_FFFF_FFFF_FFFF) | (1 << 63))
    }

    /// Reads sixteen octets; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (index, byte) in bytes.enumerated() {
            if index < 8 { halves.0 = halves.0 << 8 | UInt64(byte) } else { halves.1 = halves.1 << 8 | UInt64(byte) }
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// Reads the usual text form, `8-4-4-4-12` hex digits; nil for anything else.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 36 else { return nil }
        var digits = 0
        var halves: (UInt64, UInt64) = (0, 0)
        for (index, unit) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard unit == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let value = Hex.value(of: unit) else { return nil }
            if digits < 16 {
                halves.0 = halves.0 << 4 | UInt64(value)
            } else {
                halves.1 = halves.1 << 4 | UInt64(value)
            }
            digits += 1
        }
        self.init(high: halves.0, low: halves.1)
    }

    package var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 & 7))) }
    }

    /// The millisecond the id was made in, when it was made by a clock.
    package var milliseconds: Int64 { Int64(high >> 16) }
}

extension UUIDv7: CustomStringConvertible {
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { out in
            var at = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    out[at] = UInt8(ascii: "-")
                    at += 1
                }
                let byte = UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index & 7)))
                out[at] = Hex.digit(byte >> 4)
                out[at + 1] = Hex.digit(byte & 15)
                at += 2
            }
            return 36
        }
    }
}

extension UUIDv7: Comparable {
    package static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
}
