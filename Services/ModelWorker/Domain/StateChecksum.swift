// SPDX-License-Identifier: Apache-2.0

/// Tells whether saved bytes are what was saved: against failing memory and disks, not against an attacker, who could
/// write the sum as well. Four lanes at once, so that a sequence of ten megabytes takes a millisecond.
package enum StateChecksum {
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var (a, b, c, d) = (1 as UInt64, 2 as UInt64, 3 as UInt64, 4 as UInt64)
        var at = 0
        let whole = bytes.count & ~31
        while at < whole {
            a = mix(a, bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            b = mix(b, bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self))
            c = mix(c, bytes.loadUnaligned(fromByteOffset: at + 16, as: UInt64.self))
            d = mix(d, bytes.loadUnaligned(fromByteOffset: at + 24, as: UInt64.self))
            at += 32
        }
        while at < bytes.count {
            a = mix(a, UInt64(bytes[at]))
            at += 1
        }
        return mix(mix(mix(mix(a, b), c), d), UInt64(bytes.count))
    }

    package static func of(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { of($0) } }

    /// Every step can be undone, so one wrong word never goes unseen.
    @inline(__always)
    private static func mix(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let mixed = (lane ^ word) &* factor
        return mixed << 31 | mixed >> 33
    }
}
