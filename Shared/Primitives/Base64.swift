// SPDX-License-Identifier: Apache-2.0

/// RFC 4648's base64 with padding.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encode(_ octets: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((octets.count + 2) / 3 * 4)
        for start in stride(from: 0, to: octets.count, by: 3) {
            let group = octets[start..<min(start + 3, octets.count)]
            var bits: UInt32 = 0
            for octet in group { bits = bits << 8 | UInt32(octet) }
            bits <<= UInt32(3 - group.count) * 8
            for place in 0..<4 {
                let index = Int(bits >> UInt32(18 - 6 * place) & 63)
                out.append(place <= group.count ? alphabet[index] : UInt8(ascii: "="))
            }
        }
        return out
    }

    /// Reads either alphabet of RFC 4648, with padding or without, as protobuf's JSON mapping asks of its readers.
    /// - Returns: nil for a foreign character, padding in a wrong place, or a length that no octets have.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let given = Array(text.utf8)
        let digits = given.prefix { $0 != UInt8(ascii: "=") }
        let padding = given.count - digits.count
        guard given[digits.count...].allSatisfy({ $0 == UInt8(ascii: "=") }), digits.count % 4 != 1,
            padding == 0 || padding <= 2 && given.count % 4 == 0
        else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(digits.count * 3 / 4)
        var bits: UInt32 = 0
        var held = 0
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            bits = bits << 6 | value
            held += 6
            if held >= 8 {
                held -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        return out
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
