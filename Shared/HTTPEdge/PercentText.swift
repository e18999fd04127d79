// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Percent-encoding of RFC 3986, one way: what clients send is decoded.
enum PercentText {
    /// nil when an escape is broken or the bytes are no UTF-8. In a query `+` is a space.
    static func decode(_ text: some StringProtocol, isQuery: Bool = false) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var units = text.utf8.makeIterator()
        while let unit = units.next() {
            switch unit {
            case UInt8(ascii: "%"):
                guard let high = units.next().flatMap(Hex.value), let low = units.next().flatMap(Hex.value) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where isQuery: bytes.append(UInt8(ascii: " "))
            default: bytes.append(unit)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
