// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@Suite struct Base64Tests {
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func base64IsThatOfTheStandard(_ plain: String, _ encoded: String) {
        #expect(String(decoding: Base64.encode(Array(plain.utf8)), as: UTF8.self) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test func whatIsEncodedComesBack() {
        var random = SeededRandomness(seed: 3)
        for count in 0..<200 {
            let octets = random.bytes(count: count)
            #expect(Base64.decode(String(decoding: Base64.encode(octets), as: UTF8.self)) == octets)
        }
    }

    @Test func bothAlphabetsAndMissingPaddingAreRead() {
        #expect(Base64.decode("-_8=") == [0xFB, 0xFF])
        #expect(Base64.decode("+/8") == [0xFB, 0xFF])
    }

    @Test(arguments: ["A", "Zg=", "Zg===", "Z=g=", "Zm9v=", "Zm9v====", "Zm 9v", "Zm9\u{e9}", "="])
    func whatIsNotBaseSixtyFourIsRefused(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
