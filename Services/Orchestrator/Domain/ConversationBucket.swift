// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The shard a conversation would live in: 0 to 255 by its user, so that all of a person's conversations stay together
/// when the table is one day cut into pieces. Stored with the row, hence a function that never changes.
package enum ConversationBucket {
    package static func of(_ user: UserID) -> Int32 {
        // FNV-1a over the sixteen octets; any fixed function that spreads would do.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in user.bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int32((hash ^ hash >> 32) & 0xFF)
    }
}
