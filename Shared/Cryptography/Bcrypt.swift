// SPDX-License-Identifier: Apache-2.0

import CCrypt
import Glibc

/// Password hashes, `$2b$`, by the system's libxcrypt.
///
/// Hashing and verifying take about a quarter of a second of one core at cost 12, on purpose. Both block: call them
/// through `PasswordThreads`, never on an event loop or on the cooperative pool.
package enum Bcrypt {
    package enum Refusal: Error, Hashable, Sendable {
        /// bcrypt ignores what follows its 72nd byte; accepting more would make long passwords equal that are not.
        case longerThan72Bytes
        /// libxcrypt would stop reading at the NUL.
        case containsNUL
        /// The cost is not in 4...31, bcrypt's own range.
        case badCost
        /// libxcrypt would not hash; memory is the only known reason.
        case unavailable
    }

    /// The most bytes of a password that count.
    package static let longestPassword = 72

    /// Hashes a password under a fresh salt.
    package static func hash(password: String, cost: Int) throws(Refusal) -> String {
        guard (4...31).contains(cost) else { throw .badCost }
        // bcrypt's salt is 128 bits.
        let random = RandomBytes.make(count: 16).map { CChar(bitPattern: $0) }
        var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        guard
            crypt_gensalt_rn("$2b$", UInt(cost), random, Int32(random.count), &setting, Int32(setting.count)) != nil
        else { throw .unavailable }
        let text = setting.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return try run(password, setting: String(decoding: text, as: UTF8.self))
    }

    /// Whether `hash` is this password's. A password that could never have been hashed, or a hash that is not
    /// bcrypt's, is simply not the right one.
    package static func verify(password: String, against hash: String) -> Bool {
        guard hash.hasPrefix("$2") else { return false }
        guard let again = try? run(password, setting: hash) else {
            return false  // Silent on purpose: a refused password and a wrong one get the same answer.
        }
        return constantTimeEquals(Array(again.utf8), Array(hash.utf8))
    }

    private static func run(_ password: String, setting: String) throws(Refusal) -> String {
        guard password.utf8.count <= longestPassword else { throw .longerThan72Bytes }
        guard !password.utf8.contains(0) else { throw .containsNUL }
        // crypt_data is 32 KiB: too much for the stack of a small thread.
        let scratch = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        memset(scratch, 0, MemoryLayout<crypt_data>.size)
        defer {
            // It holds what was derived from the password; memset alone may be optimised away.
            explicit_bzero(scratch, MemoryLayout<crypt_data>.size)
            scratch.deallocate()
        }
        guard let result = crypt_r(password, setting, scratch) else { throw .unavailable }
        let text = String(cString: result)
        // libxcrypt reports failure as a text that starts with a star and is never a valid hash.
        guard !text.hasPrefix("*") else { throw .unavailable }
        return text
    }
}
