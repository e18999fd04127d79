// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Primitives
import Testing

@Suite struct JWTTests {
    struct Claims: Codable, Equatable {
        var iss = "parley"
        var aud = "parley-clients"
        var sub = "somebody"
        var exp: Int64 = 1_900
        var nbf: Int64? = 1_000
    }

    private let now = Timestamp(microseconds: 1_500_000_000)
    private let key: RSASigningKey
    private let keys: JSONWebKeySet

    init() throws {
        key = try RSASigningKey(generatingBits: 2048)
        keys = JSONWebKeySet([key.publicKey])
    }

    private func verify(_ token: String, at second: Int64 = 1_500) throws(JWTFailure) -> Claims {
        try JWT.verify(
            token, keys: keys, issuer: "parley", audience: "parley-clients",
            at: Timestamp(microseconds: second * 1_000_000))
    }

    @Test func signedTokenVerifies() throws {
        #expect(try verify(JWT.sign(Claims(), with: key)) == Claims())
    }

    @Test func claimsAreChecked() throws {
        let token = try JWT.sign(Claims(), with: key)
        #expect(try verify(token, at: 1_929) == Claims())
        #expect(throws: JWTFailure.expired) { try verify(token, at: 1_930) }
        #expect(try verify(token, at: 970) == Claims())
        #expect(throws: JWTFailure.notYetValid) { try verify(token, at: 969) }
        let stranger = try JWT.sign(Claims(iss: "mallory"), with: key)
        #expect(throws: JWTFailure.wrongIssuer) { try verify(stranger) }
        let elsewhere = try JWT.sign(Claims(aud: "others"), with: key)
        #expect(throws: JWTFailure.wrongAudience) { try verify(elsewhere) }
    }

    /// The largest numbers a token can claim must not overflow into validity.
    @Test func extremeTimesAreJustTimes() throws {
        #expect(throws: JWTFailure.expired) { try verify(JWT.sign(Claims(exp: .min), with: key)) }
        #expect(throws: JWTFailure.notYetValid) { try verify(JWT.sign(Claims(nbf: .max), with: key)) }
        #expect(try verify(JWT.sign(Claims(exp: .max), with: key)).exp == .max)
    }

    @Test func everyChangedByteIsNoticed() throws {
        let token = Array(try JWT.sign(Claims(), with: key).utf8)
        for index in stride(from: 0, to: token.count, by: 11) {
            var changed = token
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: JWTFailure.self) { try verify(String(decoding: changed, as: UTF8.self)) }
        }
    }

    /// The classic forgeries: no algorithm, and HMAC with the public key as its secret.
    @Test func tokenCannotChooseItsAlgorithm() throws {
        let payload = try JWT.sign(Claims(), with: key).split(separator: ".")[1]
        let none = Base64URL.encode("{\"alg\":\"none\",\"kid\":\"\(key.keyID)\"}".utf8)
        #expect(throws: JWTFailure.unsupported) { try verify("\(none).\(payload).") }
        let hmac = Base64URL.encode("{\"alg\":\"HS256\",\"kid\":\"\(key.keyID)\"}".utf8)
        let code = HMACSHA256.authenticate("\(hmac).\(payload)".utf8, key: key.publicKey.modulus)
        #expect(throws: JWTFailure.unsupported) { try verify("\(hmac).\(payload).\(Base64URL.encode(code))") }
        let critical = Base64URL.encode("{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"kid\":\"\(key.keyID)\"}".utf8)
        #expect(throws: JWTFailure.unsupported) { try verify("\(critical).\(payload).AA") }
    }

    @Test func tokenOfAnotherKeyIsRefused() throws {
        let other = try RSASigningKey(generatingBits: 2048)
        #expect(throws: JWTFailure.unknownKey) { try verify(JWT.sign(Claims(), with: other)) }
    }

    @Test(arguments: ["", ".", "..", "a.b.c", "....", "e30.e30.e30", String(repeating: "a", count: 9_000)])
    func nonsenseIsRefused(token: String) {
        #expect(throws: JWTFailure.malformed) { try verify(token) }
    }

    @Test func keySetSurvivesItsJSON() throws {
        let again = try JSONWebKeySet(json: keys.json())
        let token = try JWT.sign(Claims(), with: key)
        let claims: Claims = try JWT.verify(
            token, keys: again, issuer: "parley", audience: "parley-clients", at: now)
        #expect(claims == Claims())
        #expect(!String(decoding: try keys.json(), as: UTF8.self).contains("\"d\""))
    }

    @Test func keySetPassesOverWhatItDoesNotUse() throws {
        let json = """
            {"keys":[{"kty":"EC","kid":"a","crv":"P-256"},{"kty":"RSA","use":"enc","kid":"b"}]}
            """
        #expect(try JSONWebKeySet(json: Array(json.utf8)).isEmpty)
        let broken = "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"b\",\"n\":\"!\",\"e\":\"AQAB\"}]}"
        #expect(throws: JWTFailure.malformed) { try JSONWebKeySet(json: Array(broken.utf8)) }
    }
}
