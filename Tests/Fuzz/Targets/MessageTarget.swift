// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives

/// Every decoder of every contract. The first two bytes choose the message: the first whose name's hash is not below
/// them. A new message then takes a part of one other's inputs, where its place in a list would shift all of them.
///
/// Claim: any bytes are decoded or refused; what was decoded, encoded and decoded again is the same, and its encoding
/// does not change any more.
enum MessageTarget {
    static func run(_ input: [UInt8]) throws {
        guard input.count >= 2 else { return }
        let key = UInt16(input[0]) << 8 | UInt16(input[1])
        guard let chosen = places.first(where: { $0.hash >= key }) ?? places.first else { return }
        try attempt(chosen.type, Array(input.dropFirst(2)))
    }

    private static let places = MessageCatalogue.all.map { (hash: hash($0.messageName), type: $0) }
        .sorted { $0.hash < $1.hash }

    /// FNV-1a of 32 bits, folded. `Tests/Fuzz/seeds.py` does the same.
    private static func hash(_ name: String) -> UInt16 {
        let hash = name.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return UInt16(truncatingIfNeeded: hash ^ hash >> 16)
    }

    private static func attempt<M: BinaryMessage>(_ type: M.Type, _ wire: [UInt8]) throws {
        guard let first = try? wire.withUnsafeBytes({ try M(decoding: $0) }) else { return }
        let encoded = first.withEncoded { Array($0) }
        guard let second = try? encoded.withUnsafeBytes({ try M(decoding: $0) }) else {
            throw Finding("\(M.messageName) was decoded, and what it encodes to is not")
        }
        let again = second.withEncoded { Array($0) }
        try claim(encoded == again, "\(M.messageName) has two encodings")
        try claim(isSame(first, second), "\(M.messageName) does not come back")
    }

    /// Equal, or equal but for numbers that are not equal to themselves.
    private static func isSame<M: BinaryMessage>(_ first: M, _ second: M) -> Bool {
        if let equatable = first as? any Equatable, equals(equatable, second) { return true }
        return members(first) == members(second)
    }

    private static func equals<E: Equatable>(_ first: E, _ second: Any) -> Bool { (second as? E) == first }

    private static func members(_ value: Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }
}
