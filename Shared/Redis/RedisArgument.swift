// SPDX-License-Identifier: Apache-2.0

/// One word of a command. Redis takes bytes and nothing else; there is no escaping and nothing to inject into.
package enum RedisArgument: Hashable, Sendable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    case text(String)
    case bytes([UInt8])
    case integer(Int64)

    package init(stringLiteral text: String) { self = .text(text) }
    package init(integerLiteral number: Int64) { self = .integer(number) }

    /// Appends the word as it is sent.
    func write(to out: inout [UInt8]) {
        switch self {
        case .text(let text): out.append(contentsOf: text.utf8)
        case .bytes(let bytes): out.append(contentsOf: bytes)
        case .integer(let number): out.append(contentsOf: String(number).utf8)
        }
    }
}
