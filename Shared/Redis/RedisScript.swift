// SPDX-License-Identifier: Apache-2.0

/// A Lua script that Redis runs at once and alone. Name it once, as a constant: Redis keeps it under its digest.
package struct RedisScript: Sendable {
    package let text: String
    /// SHA-1 in hex, the name Redis gives a script. A name and no protection, so its weakness does not matter here.
    package let digest: String

    package init(_ text: String) {
        self.text = text
        digest = ScriptDigest.hex(of: text)
    }
}
