// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// Owns one libcrypto key.
///
/// Unchecked: an EVP_PKEY is not changed after it was made here, libcrypto guards its reference count and caches with
/// locks of its own, and every signature and verification uses a context that no other thread sees.
final class RSAKeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }
    deinit { EVP_PKEY_free(pointer) }

    var isRSA: Bool { EVP_PKEY_is_a(pointer, "RSA") == 1 }
    var bits: Int { Int(EVP_PKEY_get_bits(pointer)) }

    /// One of the key's public numbers, big-endian without leading zeros.
    func number(_ name: String) -> [UInt8]? {
        var value: OpaquePointer?
        guard EVP_PKEY_get_bn_param(pointer, name, &value) == 1, let value else { return nil }
        defer { BN_free(value) }
        let count = (Int(BN_num_bits(value)) + 7) / 8
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            BN_bn2bin(value, bytes.baseAddress)
            filled = count
        }
    }
}
