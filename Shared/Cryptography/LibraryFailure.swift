// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// Something libcrypto refused to do: bad input from outside, or a library that lacks what we need.
package struct LibraryFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What we were doing, in our words.
    package var action: String
    /// libcrypto's own reason. It names functions and formats, never key material.
    package var reason: String

    /// Takes the newest reason off libcrypto's error queue and empties the queue. The queue belongs to the thread
    /// and is shared with TLS, so nothing may be left on it for the next reader to mistake for its own.
    init(_ action: String) {
        self.action = action
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0 else {
            reason = "no reason given"
            return
        }
        // 256 bytes is what OpenSSL documents as enough for any of its messages.
        reason = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            ERR_error_string_n(code, text.baseAddress, text.count)
            return text.baseAddress.map { String(cString: $0) } ?? "unknown"
        }
    }

    package var description: String { "\(action): \(reason)" }
}
