// SPDX-License-Identifier: Apache-2.0

import Clients
import Primitives
import RPC

/// A message as its octets: what is called by name has no Swift type here.
struct OpaqueMessage: BinaryMessage {
    static var messageName: String { "octets" }
    let octets: [UInt8]

    init(octets: [UInt8]) { self.octets = octets }

    init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) { octets = Array(bytes) }

    func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try octets.withUnsafeBytes(body)
    }
}

extension CatalogueMethod {
    /// The method as the call layer calls it.
    var opaque: Method<OpaqueMessage, OpaqueMessage> {
        Method(
            id: description.id, name: name, kind: description.kind, isIdempotent: description.isIdempotent,
            deadline: description.deadline, callers: description.callers, carriesTokens: description.carriesTokens)
    }

    /// First words of methods that change nothing. Whatever is called otherwise may change something: a method that is
    /// added without a thought for this list is asked for `--apply` once too often, and not once too seldom.
    private static let asking = ["Get", "List", "Find", "Search", "Watch", "Explain", "Judge", "Tokenize", "Embed"]

    var onlyAsks: Bool {
        let own = name.drop { $0 != "." }.dropFirst()
        return Self.asking.contains { own.hasPrefix($0) }
    }
}
