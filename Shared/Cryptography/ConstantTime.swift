// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// Whether two secrets are equal, in a time that depends on their length only: how long a comparison took must not
/// tell how much of a guess was right. A difference in length is no secret and returns at once.
package func constantTimeEquals(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
}
