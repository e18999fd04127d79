// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Primitives
import Testing

@Suite struct RSATests {
    /// A key and a signature of "a message to sign", both made by the openssl command.
    static let publicPEM = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyCrq0xekvhYP2dZQKmwe
        T46veqJjXGf6/7pVxIZg5GMFsqYT17IL2zcOirLvJXvbJn0NzRQFqJydU14cjnNg
        HncQtgPaAG20c3XUOF+sNNC5sk9SfhfthpK+sl6ZO4UL9VflF/IRAYlpkmnP0NrY
        TIoW6amQfubRyTfwICWyWTmFOwlfsBsc/+FvthK3W1rjWDdCCAQBcSzi34zaQ3x2
        eRh3CRfTTIUdv6VuRuSH8BsgcEIkFt9YLVbcWrj4BK+1H/lEcbI0U8MMzpWUFuAb
        Qph0KvwAjV0Q4HlknvWbEiEv6KHpSrM8btHHqXO+AzqjMyx+FHYm5ZmRIyaRvdfz
        ZwIDAQAB
        -----END PUBLIC KEY-----
        """
    static let signature = """
        fRGxcOnDbFT6vUruL0NtdYg6e4oSpvl9jYIc7VwX5FsFUB5abPXR5HDj6Kj6gcfhx9GoIrmqnMQ63sY4JhvaJqDHAc_lPcV_Tqhn\
        X3UoeYKIu06Lg6frJ1YWGl3kEV-nAliMbjmeRPn58ti6M1swbIaJV598jAqmpo2ZiWfTRyZ2IDdnIlHMYCCvCFnAdGUCdQUp60w9\
        pdC5EESihLgn9EUy7PdUQxzUW6qOTINzPwYGqbrFxYTF3KKR4j-ryY1wl5j1idoAumo5uXmUmwinlAqIJ1XgTfC5g_KTfUl_PL3M\
        JRP0utGo1msp5j6pvHk-IAf0nhCFt8yO9fL3SWhgTw
        """

    @Test func verifiesASignatureOpenSSLMade() throws {
        let key = try RSAPublicKey(pem: Self.publicPEM)
        var signature = try #require(Base64URL.decode(Self.signature))
        #expect(key.isValid(signature: signature, for: "a message to sign".utf8))
        #expect(!key.isValid(signature: signature, for: "another message".utf8))
        signature[17] ^= 1
        #expect(!key.isValid(signature: signature, for: "a message to sign".utf8))
        #expect(!key.isValid(signature: [], for: "a message to sign".utf8))
    }

    @Test func keyMadeOfItsNumbersIsTheSameKey() throws {
        let key = try RSAPublicKey(pem: Self.publicPEM)
        let again = try RSAPublicKey(modulus: key.modulus, exponent: key.exponent)
        #expect(key.exponent == [1, 0, 1])
        #expect(key.modulus.count == 256)
        #expect(again.keyID == key.keyID)
        let signature = try #require(Base64URL.decode(Self.signature))
        #expect(again.isValid(signature: signature, for: "a message to sign".utf8))
    }

    /// Method: the example of RFC 7638, section 3.1.
    @Test func keyIDIsTheStandardsThumbprint() throws {
        let modulus = try #require(
            Base64URL.decode(
                """
                0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZ\
                CiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJ\
                ZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBn\
                iIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw
                """))
        let key = try RSAPublicKey(modulus: modulus, exponent: [1, 0, 1])
        #expect(key.keyID == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test func generatedKeySignsAndSurvivesItsPEM() throws {
        let key = try RSASigningKey(generatingBits: 2048)
        let again = try RSASigningKey(pem: try key.pem())
        #expect(again.keyID == key.keyID)
        let signature = try again.sign("hello".utf8)
        #expect(key.publicKey.isValid(signature: signature, for: "hello".utf8))
        #expect(!String(describing: key).contains("PRIVATE"))
    }

    @Test func weakOrBrokenKeysAreRefused() {
        #expect(throws: LibraryFailure.self) { try RSASigningKey(generatingBits: 1024) }
        #expect(throws: LibraryFailure.self) { try RSASigningKey(pem: "nonsense") }
        #expect(throws: LibraryFailure.self) { try RSAPublicKey(pem: "") }
        #expect(throws: LibraryFailure.self) { try RSAPublicKey(modulus: [], exponent: []) }
        #expect(throws: LibraryFailure.self) {
            try RSAPublicKey(modulus: [UInt8](repeating: 0xff, count: 128), exponent: [1, 0, 1])
        }
        #expect(throws: LibraryFailure.self) {
            try RSAPublicKey(modulus: [UInt8](repeating: 0xff, count: 4096), exponent: [1, 0, 1])
        }
    }
}
