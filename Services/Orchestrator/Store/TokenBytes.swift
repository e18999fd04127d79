// SPDX-License-Identifier: Apache-2.0

/// Token ids as the column `items.token_ids` keeps them: little-endian, four octets each.
enum TokenBytes {
    static func encode(_ tokens: some Collection<UInt32>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tokens.count * 4)
        for token in tokens {
            for shift in stride(from: 0 as UInt32, to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: token >> shift))
            }
        }
        return bytes
    }

    /// Ignores a rest of fewer than four octets, which no writer of ours leaves.
    static func decode(_ bytes: [UInt8]) -> [UInt32] {
        (0..<bytes.count / 4).map { index in
            (0..<4).reduce(0) { $0 | UInt32(bytes[index * 4 + $1]) << UInt32(8 * $1) }
        }
    }
}
