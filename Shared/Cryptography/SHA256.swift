// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// SHA-256, by the system's libcrypto.
package enum SHA256 {
    /// The size of every digest, in bytes.
    package static let byteCount = 32

    package static func hash(_ bytes: some Collection<UInt8>) -> [UInt8] {
        withContiguousBytes(of: bytes) { input in
            [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
                var written: UInt32 = 0
                let done = EVP_Digest(input.baseAddress, input.count, digest.baseAddress, &written, algorithm, nil)
                // It fails only when the library is broken or memory is gone; a made-up digest would be worse.
                precondition(done == 1 && written == byteCount, "libcrypto could not compute a SHA-256 digest")
                count = byteCount
            }
        }
    }

    package static func hash(_ text: String) -> [UInt8] { hash(text.utf8) }

    // Fetched once: an implicit fetch costs each digest more than hashing a short key does. libcrypto's algorithm
    // objects never change and may be used from any thread; ours lives as long as the process.
    nonisolated(unsafe) static let algorithm: OpaquePointer? = EVP_MD_fetch(nil, "SHA256", nil)
}

/// Calls `body` with the bytes in one piece, copying only those that are not.
func withContiguousBytes<R>(of bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    if let result = bytes.withContiguousStorageIfAvailable(body) { return result }
    return Array(bytes).withUnsafeBufferPointer(body)
}
