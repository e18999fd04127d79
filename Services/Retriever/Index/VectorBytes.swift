// SPDX-License-Identifier: Apache-2.0

/// A vector as Postgres keeps it: little-endian 32-bit floats, one after another.
package enum VectorBytes {
    package static func encode(_ vector: [Float]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(vector.count * 4)
        for value in vector {
            let bits = value.bitPattern
            out.append(UInt8(truncatingIfNeeded: bits))
            out.append(UInt8(truncatingIfNeeded: bits >> 8))
            out.append(UInt8(truncatingIfNeeded: bits >> 16))
            out.append(UInt8(truncatingIfNeeded: bits >> 24))
        }
        return out
    }

    package static func decode(_ bytes: [UInt8]) -> [Float] {
        (0..<bytes.count / 4).map { index in
            let at = index * 4
            return Float(
                bitPattern: UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
                    | UInt32(bytes[at + 3]) << 24)
        }
    }
}
