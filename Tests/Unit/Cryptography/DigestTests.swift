// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Primitives
import Testing

@Suite struct DigestTests {
    /// Goal: our digests are everybody's. Method: the examples of FIPS 180-2 and the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256MatchesItsStandard(message: String, expected: String) {
        #expect(Hex.encode(SHA256.hash(message)) == expected)
        #expect(Hex.encode(SHA256.hash(Array(message.utf8))) == expected)
    }

    @Test func sha256ReadsBytesThatAreNotInOnePiece() {
        let reversed = Array("cba".utf8).reversed()
        #expect(SHA256.hash(reversed) == SHA256.hash("abc"))
    }

    /// Method: test cases 1, 2 and 6 (a key longer than a block) of RFC 4231.
    @Test func hmacMatchesItsStandard() {
        let first = HMACSHA256.authenticate("Hi There".utf8, key: [UInt8](repeating: 0x0b, count: 20))
        #expect(Hex.encode(first) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        let second = HMACSHA256.authenticate("what do ya want for nothing?".utf8, key: "Jefe".utf8)
        #expect(Hex.encode(second) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let sixth = HMACSHA256.authenticate(
            "Test Using Larger Than Block-Size Key - Hash Key First".utf8, key: [UInt8](repeating: 0xaa, count: 131))
        #expect(Hex.encode(sixth) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    /// libcrypto takes a null key for "the key of before"; Python's hmac gave the expected value.
    @Test func emptyKeyIsAKeyOfItsOwn() {
        _ = HMACSHA256.authenticate("other".utf8, key: "other".utf8)
        let code = HMACSHA256.authenticate("abc".utf8, key: [])
        #expect(Hex.encode(code) == "fd7adb152c05ef80dccf50a1fa4c05d5a3ec6da95575fc312ae7c5d091836351")
        #expect(HMACSHA256.isValid(code, for: "abc".utf8, key: []))
        #expect(!HMACSHA256.isValid(code, for: "abd".utf8, key: []))
    }

    @Test func comparisonSeesEveryByteAndTheLength() {
        let secret: [UInt8] = [1, 2, 3]
        #expect(constantTimeEquals(secret, [1, 2, 3]))
        #expect(!constantTimeEquals(secret, [1, 2, 4]))
        #expect(!constantTimeEquals(secret, [0, 2, 3]))
        #expect(!constantTimeEquals(secret, [1, 2]))
        #expect(constantTimeEquals([], []))
    }

    @Test func randomBytesHaveTheirCountAndDiffer() {
        #expect(RandomBytes.make(count: 0).isEmpty)
        #expect(RandomBytes.make(count: 32).count == 32)
        #expect(RandomBytes.make(count: 32) != RandomBytes.make(count: 32))
    }
}
