// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// The half of an RSA key that everybody may know. Verifies RS256 signatures (RSASSA-PKCS1-v1_5 with SHA-256).
package struct RSAPublicKey: Sendable {
    /// The smallest modulus we trust, in bits (NIST SP 800-131A), and the largest we are willing to compute with: a
    /// key set comes from outside, and verification's cost grows with the square.
    package static let permittedBits = 2048...8192

    let key: RSAKeyHandle
    /// Big-endian, without leading zeros.
    package let modulus: [UInt8]
    package let exponent: [UInt8]

    /// Reads a PEM file's text, `-----BEGIN PUBLIC KEY-----`.
    package init(pem: String) throws(LibraryFailure) {
        ERR_clear_error()
        let bytes = Array(pem.utf8)
        let pointer = bytes.withUnsafeBytes { text -> OpaquePointer? in
            guard let source = BIO_new_mem_buf(text.baseAddress, Int32(text.count)) else { return nil }
            defer { BIO_free(source) }
            return PEM_read_bio_PUBKEY(source, nil, nil, nil)
        }
        guard let pointer else { throw LibraryFailure("reading a public key") }
        try self.init(RSAKeyHandle(owning: pointer))
    }

    /// Makes a key of a JSON Web Key's two numbers (RFC 7518, section 6.3.1).
    package init(modulus: [UInt8], exponent: [UInt8]) throws(LibraryFailure) {
        ERR_clear_error()
        // libcrypto's parameters keep the pointer to their name, not the name: both must outlive the building.
        let pointer = OSSL_PKEY_PARAM_RSA_N.withCString { nameOfModulus in
            OSSL_PKEY_PARAM_RSA_E.withCString { nameOfExponent in
                Self.build(nameOfModulus, modulus, nameOfExponent, exponent)
            }
        }
        guard let pointer else { throw LibraryFailure("making a public key of numbers") }
        try self.init(RSAKeyHandle(owning: pointer))
    }

    private static func build(
        _ nameOfModulus: UnsafePointer<CChar>, _ modulus: [UInt8], _ nameOfExponent: UnsafePointer<CChar>,
        _ exponent: [UInt8]
    ) -> OpaquePointer? {
        // Eight bytes of exponent are four more than any key in the world has.
        guard modulus.count <= permittedBits.upperBound / 8, exponent.count <= 8,
            let n = BN_bin2bn(modulus, Int32(modulus.count), nil)
        else { return nil }
        defer { BN_free(n) }
        guard let e = BN_bin2bn(exponent, Int32(exponent.count), nil) else { return nil }
        defer { BN_free(e) }
        guard let builder = OSSL_PARAM_BLD_new() else { return nil }
        defer { OSSL_PARAM_BLD_free(builder) }
        guard OSSL_PARAM_BLD_push_BN(builder, nameOfModulus, n) == 1,
            OSSL_PARAM_BLD_push_BN(builder, nameOfExponent, e) == 1,
            let parameters = OSSL_PARAM_BLD_to_param(builder)
        else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var made: OpaquePointer?
        // EVP_PKEY_PUBLIC_KEY, a macro Swift does not import: domain (0x04) and other (0x80) parameters, and the
        // public key (0x02).
        guard EVP_PKEY_fromdata_init(context) == 1, EVP_PKEY_fromdata(context, &made, 0x86, parameters) == 1 else {
            return nil
        }
        return made
    }

    init(_ key: RSAKeyHandle) throws(LibraryFailure) {
        guard key.isRSA, Self.permittedBits.contains(key.bits),
            let modulus = key.number(OSSL_PKEY_PARAM_RSA_N), let exponent = key.number(OSSL_PKEY_PARAM_RSA_E)
        else { throw LibraryFailure("using a key that is not RSA of a permitted size") }
        self.key = key
        self.modulus = modulus
        self.exponent = exponent
    }

    /// The key's name: its thumbprint (RFC 7638), so that the same key has the same name everywhere, unconfigured.
    package var keyID: String {
        // The standard fixes the members, their order and the absence of white space.
        let members =
            "{\"e\":\"\(Base64URL.encode(exponent))\",\"kty\":\"RSA\",\"n\":\"\(Base64URL.encode(modulus))\"}"
        return Base64URL.encode(SHA256.hash(members))
    }

    /// Whether `signature` is this key's RS256 signature of `message`.
    package func isValid(signature: [UInt8], for message: some Collection<UInt8>) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            // A wrong signature leaves a reason on the thread's queue, where TLS would find it.
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit_ex(context, nil, "SHA256", nil, nil, key.pointer, nil) == 1 else { return false }
        return withContiguousBytes(of: message) { message in
            EVP_DigestVerify(context, signature, signature.count, message.baseAddress, message.count) == 1
        }
    }
}
