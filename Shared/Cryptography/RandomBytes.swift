// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// Unpredictable bytes for keys, tokens and salts.
package enum RandomBytes {
    package static func make(count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            // A process without randomness must not go on: every secret it made from here on could be guessed.
            precondition(RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "the system has no randomness to give")
            filled = count
        }
    }
}
