// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The text of an API key: `sk-<project>-<secret>` (spec 09.34).
///
/// The project part, eight hex digits, only helps a person tell keys apart; the secret is 256 random bits in base64url.
/// The text exists in the reply that creates it and in the client's hands, nowhere else.
package struct APIKeyText: Sendable {
    package let text: String

    /// How many random octets a secret has: 256 bits.
    package static let secretBytes = 32
    /// What lists may show: enough to recognise a key, far too little to guess it.
    package static let prefixLength = 16

    /// - Parameter secret: `secretBytes` random octets in base64url.
    package init(project: ProjectID, secret: String) {
        // The last octets of the id are random; the first are a time that projects made together share.
        let label = Hex.encode(project.bytes.suffix(4))
        text = "sk-\(label)-\(secret)"
    }

    package var prefix: String { String(text.prefix(Self.prefixLength)) }
}
