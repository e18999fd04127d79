// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// HMAC with SHA-256 (RFC 2104), by the system's libcrypto.
package enum HMACSHA256 {
    package static func authenticate(_ message: some Collection<UInt8>, key: some Collection<UInt8>) -> [UInt8] {
        // libcrypto reads a null key as "the key of before". Keys are padded with zeros, so one zero is the empty key.
        guard !key.isEmpty else { return authenticate(message, key: CollectionOfOne(0)) }
        return withContiguousBytes(of: message) { message in
            withContiguousBytes(of: key) { key in
                [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { code, count in
                    var written: UInt32 = 0
                    let done = HMAC(
                        SHA256.algorithm, key.baseAddress, Int32(key.count), message.baseAddress, message.count,
                        code.baseAddress, &written)
                    precondition(done != nil && written == SHA256.byteCount, "libcrypto could not compute an HMAC")
                    count = SHA256.byteCount
                }
            }
        }
    }

    /// Whether `code` is the message's, in a time that says nothing about where they differ.
    package static func isValid(
        _ code: [UInt8], for message: some Collection<UInt8>, key: some Collection<UInt8>
    ) -> Bool {
        constantTimeEquals(code, authenticate(message, key: key))
    }
}
