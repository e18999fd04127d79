// SPDX-License-Identifier: Apache-2.0

/// A value with an encoding of its own on the wire. All of `Messages` conforms; the call layer knows only this.
package protocol BinaryMessage: Sendable {
    /// The message's full protobuf name, for logs and errors.
    static var messageName: String { get }

    /// Reads one message from exactly these bytes. They come from outside: nothing about them is trusted.
    /// - Throws: `DecodeFailure` when they are malformed, expand beyond the decoder's cap, or hold invalid UTF-8 or an
    ///   embedded NUL in a text field.
    init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure)

    /// Calls `body` once with the encoded bytes, which live only during that call.
    func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
}

/// Why bytes are not the message they should be. Says nothing of their content.
package struct DecodeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: String, Sendable {
        case malformed, tooLarge, invalidText, missingField, badIdentifier
    }
    package var message: String
    package var reason: Reason
    package var field: String

    package init(_ reason: Reason, message: String, field: String = "") {
        self.reason = reason
        self.message = message
        self.field = field
    }

    package var description: String {
        field.isEmpty ? "\(message): \(reason.rawValue)" : "\(message).\(field): \(reason.rawValue)"
    }
}
