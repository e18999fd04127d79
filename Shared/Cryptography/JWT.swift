// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import Primitives

/// JSON Web Tokens signed with RS256 and nothing else (RFC 7519, RFC 8725).
///
/// The token does not get to choose its algorithm: `none`, HMAC under a public key and every other alternative are
/// refused because there is only one.
package enum JWT {
    private struct Header: Codable {
        var alg: String
        var kid: String?
        var typ: String?
        /// Extensions the reader must understand. We understand none, so a token with any is refused.
        var crit: [String]?
    }

    /// The longest token we look at. Ours have under 1.5 KB; a header line of 8 KB is what HTTP servers allow.
    package static let longestToken = 8_192

    /// Signs claims, any value that encodes to a JSON object.
    package static func sign(_ claims: some Encodable, with key: RSASigningKey) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let header = try encoder.encode(Header(alg: "RS256", kid: key.keyID, typ: "JWT"))
        let payload = try encoder.encode(claims)
        let message = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        return message + "." + Base64URL.encode(try key.sign(message.utf8))
    }

    /// Reads a token: the signature first, then who made it, for whom, and when.
    /// - Parameter leeway: how far clocks may disagree. Applied to `exp` and `nbf` alike.
    package static func verify<Claims: Decodable>(
        _ token: String, as claims: Claims.Type = Claims.self, keys: JSONWebKeySet, issuer: String, audience: String,
        at now: Timestamp, leeway: Duration = .seconds(30)
    ) throws(JWTFailure) -> Claims {
        guard token.utf8.count <= longestToken else { throw .malformed }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let headerBytes = Base64URL.decode(parts[0]),
            let payload = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        let header = try decode(Header.self, headerBytes)
        guard header.alg == "RS256", header.crit == nil, (header.typ ?? "JWT").lowercased() == "jwt" else {
            throw .unsupported
        }
        guard let name = header.kid, let key = keys[name] else { throw .unknownKey }
        guard key.isValid(signature: signature, for: token.utf8.dropLast(parts[2].utf8.count + 1)) else {
            throw .wrongSignature
        }
        try decode(RegisteredClaims.self, payload).check(
            issuer: issuer, audience: audience, at: now, leeway: leeway)
        return try decode(Claims.self, payload)
    }

    private static func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) throws(JWTFailure) -> T {
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch { throw .malformed }
    }
}

/// Why a token is not accepted. For our logs and metrics; the caller is told "invalid token" whichever it is.
package enum JWTFailure: String, Error, Sendable {
    case malformed, unsupported, unknownKey, wrongSignature, wrongIssuer, wrongAudience, expired, notYetValid
}

/// The claims every token must carry and every reader must check. Times are whole seconds since 1970.
private struct RegisteredClaims: Decodable {
    var iss: String
    var aud: Audience
    var exp: Int64
    var nbf: Int64?

    /// One audience or several: the standard allows both spellings.
    enum Audience: Decodable {
        case one(String)
        case several([String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // Silent on purpose: not one text means a list, and what is neither fails in the next line.
            if let one = try? container.decode(String.self) {
                self = .one(one)
            } else {
                self = .several(try container.decode([String].self))
            }
        }

        func contains(_ audience: String) -> Bool {
            switch self {
            case .one(let name): name == audience
            case .several(let names): names.contains(audience)
            }
        }
    }

    func check(issuer: String, audience: String, at now: Timestamp, leeway: Duration) throws(JWTFailure) {
        guard iss == issuer else { throw .wrongIssuer }
        guard aud.contains(audience) else { throw .wrongAudience }
        let slack = leeway.nanoseconds / 1_000_000_000
        // Subtracted from now and not added to what the token says, which may be any number.
        guard now.seconds - slack < exp else { throw .expired }
        if let nbf { guard now.seconds + slack >= nbf else { throw .notYetValid } }
    }
}
