// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What an access token says (spec 09.14). `nbf` and `jti` are issued too, because verifiers check the first and
/// sessions are found by the second (spec 13, C31).
package struct AccessToken: Sendable {
    package static let lifetime = Duration.seconds(15 * 60)
    package static let issuer = "parley"
    package static let audience = "parley-clients"

    package var principal: Principal
    package var session: SessionID
    package var issuedAt: Timestamp

    package init(principal: Principal, session: SessionID, issuedAt: Timestamp) {
        self.principal = principal
        self.session = session
        self.issuedAt = issuedAt
    }

    package var expiresAt: Timestamp { issuedAt + Self.lifetime }
}
