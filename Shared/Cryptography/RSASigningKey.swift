// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// The secret half of an RSA key. Makes RS256 signatures (RSASSA-PKCS1-v1_5 with SHA-256).
///
/// Its description never shows the key; `pem` is the only way to it.
package struct RSASigningKey: Sendable, CustomStringConvertible {
    private let key: RSAKeyHandle
    package let publicKey: RSAPublicKey
    /// See `RSAPublicKey.keyID`.
    package let keyID: String

    /// Generates a key. Takes from tens of milliseconds to a second: run it off the event loops.
    package init(generatingBits bits: Int = 2048) throws(LibraryFailure) {
        ERR_clear_error()
        guard RSAPublicKey.permittedBits.contains(bits),
            let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
        else { throw LibraryFailure("generating a signing key") }
        defer { EVP_PKEY_CTX_free(context) }
        var made: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits)) == 1,
            EVP_PKEY_generate(context, &made) == 1, let made
        else { throw LibraryFailure("generating a signing key") }
        try self.init(RSAKeyHandle(owning: made))
    }

    /// Reads an unencrypted PEM, PKCS#8 or PKCS#1.
    package init(pem: String) throws(LibraryFailure) {
        ERR_clear_error()
        let bytes = Array(pem.utf8)
        let pointer = bytes.withUnsafeBytes { text -> OpaquePointer? in
            guard let source = BIO_new_mem_buf(text.baseAddress, Int32(text.count)) else { return nil }
            defer { BIO_free(source) }
            // Without a callback of ours libcrypto would ask for a pass phrase on the terminal and block.
            return PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in 0 }, nil)
        }
        guard let pointer else { throw LibraryFailure("reading a signing key") }
        try self.init(RSAKeyHandle(owning: pointer))
    }

    private init(_ key: RSAKeyHandle) throws(LibraryFailure) {
        self.key = key
        publicKey = try RSAPublicKey(key)
        keyID = publicKey.keyID
    }

    /// The key as unencrypted PKCS#8 PEM, to be kept in a file that only its service may read.
    package func pem() throws(LibraryFailure) -> String {
        ERR_clear_error()
        guard let sink = BIO_new(BIO_s_secmem()) else { throw LibraryFailure("writing a signing key") }
        defer { BIO_free(sink) }
        guard PEM_write_bio_PrivateKey(sink, key.pointer, nil, nil, 0, nil, nil) == 1 else {
            throw LibraryFailure("writing a signing key")
        }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = BIO_read(sink, &chunk, Int32(chunk.count)), count > 0 {
            text += chunk.prefix(Int(count))
        }
        return String(decoding: text, as: UTF8.self)
    }

    package func sign(_ message: some Collection<UInt8>) throws(LibraryFailure) -> [UInt8] {
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { throw LibraryFailure("signing") }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit_ex(context, nil, "SHA256", nil, nil, key.pointer, nil) == 1 else {
            throw LibraryFailure("signing")
        }
        // A signature is as long as the modulus.
        var count = (key.bits + 7) / 8
        var signature = [UInt8](repeating: 0, count: count)
        let done = withContiguousBytes(of: message) { message in
            EVP_DigestSign(context, &signature, &count, message.baseAddress, message.count)
        }
        guard done == 1, count <= signature.count else { throw LibraryFailure("signing") }
        signature.removeLast(signature.count - count)
        return signature
    }

    package var description: String { "RSASigningKey(\(keyID))" }
}
