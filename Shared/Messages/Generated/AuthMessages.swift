// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/auth/v1/auth.proto. Do not edit: run `make proto`.

package import Primitives

package struct VerifyKeyRequest: Equatable, Sendable {
    /// SHA-256 of the whole key text. The key itself never leaves the gateway.
    package var keyHash: [UInt8]

    package init(keyHash: [UInt8] = []) {
        self.keyHash = keyHash
    }
}

package struct VerifyKeyReply: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var projectID: ProjectID
    package var userID: UserID
    package var keyID: APIKeyID
    /// "free", "pro" or "enterprise".
    package var plan: String
    package var scopes: [String]
    /// How long the gateway may answer from its cache, at most 5 s.
    package var cacheMs: UInt32

    package init(
        organisationID: OrganisationID, projectID: ProjectID, userID: UserID, keyID: APIKeyID, plan: String = "",
        scopes: [String] = [], cacheMs: UInt32 = 0
    ) {
        self.organisationID = organisationID
        self.projectID = projectID
        self.userID = userID
        self.keyID = keyID
        self.plan = plan
        self.scopes = scopes
        self.cacheMs = cacheMs
    }
}

package struct LoginRequest: Equatable, Sendable {
    package var email: String
    /// Never logged, never stored, only compared.
    package var password: String
    package var clientAddress: String
    package var userAgent: String

    package init(email: String = "", password: String = "", clientAddress: String = "", userAgent: String = "") {
        self.email = email
        self.password = password
        self.clientAddress = clientAddress
        self.userAgent = userAgent
    }
}

package struct LoginReply: Equatable, Sendable {
    /// RS256, claims as spec 09.14.
    package var accessToken: String
    package var expiresInS: UInt32
    package var sessionID: SessionID
    package var organisationID: OrganisationID
    package var userID: UserID

    package init(
        accessToken: String = "", expiresInS: UInt32 = 0, sessionID: SessionID, organisationID: OrganisationID,
        userID: UserID
    ) {
        self.accessToken = accessToken
        self.expiresInS = expiresInS
        self.sessionID = sessionID
        self.organisationID = organisationID
        self.userID = userID
    }
}

package struct LogoutRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var sessionID: SessionID

    package init(organisationID: OrganisationID, sessionID: SessionID) {
        self.organisationID = organisationID
        self.sessionID = sessionID
    }
}

package struct LogoutReply: Equatable, Sendable {
    package init() {}
}

package struct ListSigningKeysRequest: Equatable, Sendable {
    package init() {}
}

package struct ListSigningKeysReply: Equatable, Sendable {
    package var jwksJSON: [UInt8]

    package init(jwksJSON: [UInt8] = []) {
        self.jwksJSON = jwksJSON
    }
}

package struct TouchSessionRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var sessionID: SessionID

    package init(organisationID: OrganisationID, sessionID: SessionID) {
        self.organisationID = organisationID
        self.sessionID = sessionID
    }
}

package struct TouchSessionReply: Equatable, Sendable {
    package init() {}
}
