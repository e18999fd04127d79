// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// What went wrong with TLS. For our log: it may name files, but holds no key material.
package struct TLSFailure: Error, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// A file is missing or is not what it should be; the process cannot start.
        case configuration
        /// The handshake failed: wrong certificate, none, or no common version.
        case handshake
        /// The peer sent something that is not TLS, or was cut off.
        case record
        case handshakeTimeout
        /// Bytes were written faster than they could be sent.
        case tooMuchQueued
    }
    package var kind: Kind
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// Takes what OpenSSL says from this thread's queue of errors, which is empty afterwards.
    static func fromOpenSSL(_ kind: Kind, _ what: String) -> TLSFailure {
        var detail = what
        var text = [CChar](repeating: 0, count: 256)
        while true {
            let code = ERR_get_error()
            guard code != 0 else { break }
            ERR_error_string_n(code, &text, text.count)
            let end = text.firstIndex(of: 0) ?? text.endIndex
            detail += ": " + String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return TLSFailure(kind, detail)
    }

    package var description: String { "TLS \(kind.rawValue): \(detail)" }
}
