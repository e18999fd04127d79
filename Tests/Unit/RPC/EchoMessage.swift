// SPDX-License-Identifier: Apache-2.0

import Primitives

/// A message whose encoding is its text: what the call layer carries is not its concern.
struct EchoMessage: BinaryMessage, Equatable {
    static let messageName = "test.Echo"
    var text: String

    init(_ text: String) { self.text = text }

    init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DecodeFailure(.invalidText, message: Self.messageName)
        }
        self.text = text
    }

    func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        var text = text
        return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    }
}
