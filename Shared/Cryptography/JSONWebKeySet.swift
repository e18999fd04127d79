// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The public keys that sign our tokens, as JSON everybody can read (RFC 7517).
///
/// Keys rotate by standing here together for a while: the new one is published before it signs, the old one stays
/// until the last token it signed has expired.
package struct JSONWebKeySet: Sendable {
    private struct Document: Codable {
        var keys: [Entry]
    }

    private struct Entry: Codable {
        var kty: String
        var use: String?
        var alg: String?
        var kid: String?
        var n: String?
        var e: String?
    }

    /// The most keys we read from a set. Two are in use while one rotates; each costs a little to build.
    package static let longestSet = 16

    private let keys: [String: RSAPublicKey]

    package init(_ keys: [RSAPublicKey]) {
        self.keys = Dictionary(keys.map { ($0.keyID, $0) }) { first, _ in first }
    }

    /// Reads a set. Keys of other kinds or for other uses are passed over, as the standard asks; an RSA signature key
    /// that is broken, or too many keys, are an error.
    package init(json: [UInt8]) throws {
        let document = try JSONDecoder().decode(Document.self, from: Data(json))
        guard document.keys.count <= Self.longestSet else { throw JWTFailure.malformed }
        var keys: [String: RSAPublicKey] = [:]
        for entry in document.keys where entry.kty == "RSA" && (entry.use ?? "sig") == "sig" {
            guard (entry.alg ?? "RS256") == "RS256" else { continue }
            guard let n = entry.n.flatMap({ Base64URL.decode($0) }), let e = entry.e.flatMap({ Base64URL.decode($0) })
            else { throw JWTFailure.malformed }
            let key = try RSAPublicKey(modulus: n, exponent: e)
            keys[entry.kid ?? key.keyID] = key
        }
        self.keys = keys
    }

    package subscript(keyID: String) -> RSAPublicKey? { keys[keyID] }

    package var isEmpty: Bool { keys.isEmpty }

    /// The set as JSON, keys in the order of their names so that equal sets are equal bytes.
    package func json() throws -> [UInt8] {
        let entries = keys.sorted { $0.key < $1.key }.map { name, key in
            Entry(
                kty: "RSA", use: "sig", alg: "RS256", kid: name, n: Base64URL.encode(key.modulus),
                e: Base64URL.encode(key.exponent))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return [UInt8](try encoder.encode(Document(keys: entries)))
    }
}
