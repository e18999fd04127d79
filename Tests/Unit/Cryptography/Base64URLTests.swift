// SPDX-License-Identifier: Apache-2.0

import Cryptography
import TestKit
import Testing

@Suite struct Base64URLTests {
    /// Method: RFC 4648's examples, less their padding, and the two characters that differ from plain Base64.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func matchesItsStandard(plain: String, encoded: String) {
        #expect(Base64URL.encode(plain.utf8) == encoded)
        #expect(Base64URL.decode(encoded) == Array(plain.utf8))
    }

    @Test func usesTheAlphabetOfURLs() {
        #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
        #expect(Base64URL.decode("+/8") == nil)
    }

    @Test(arguments: ["Z", "Zg==", "Zm9vY", "Zm 9v", "Zm9v\n", "Zh", "Zm9", "é234"])
    func refusesWhatItWouldNotHaveWritten(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func everyLengthComesBack() {
        var random = SeededRandomness(seed: 7)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }
}
