// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC

/// The plainest message there is.
struct TextMessage: BinaryMessage {
    static let messageName = "test.Text"
    var text: String
    init(_ text: String) { self.text = text }

    init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        text = String(decoding: bytes, as: UTF8.self)
    }

    func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Array(text.utf8).withUnsafeBytes(body)
    }
}

enum TestMethods {
    static let echo = Method<TextMessage, TextMessage>(
        id: 0x7001, name: "auth.Echo", kind: .unary, isIdempotent: true, deadline: .seconds(5), callers: [.gateway])
}
