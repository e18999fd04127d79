// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/auth/v1/admin.proto. Do not edit: run `make proto`.

package import Primitives

package struct CreateOrganisationRequest: Equatable, Sendable {
    /// Lower-case letters, digits and dashes, at most 63; unique.
    package var name: String
    package var plan: String
    package var ownerEmail: String
    /// Absent means the owner cannot sign in with a password yet.
    package var ownerPassword: String?

    package init(name: String = "", plan: String = "", ownerEmail: String = "", ownerPassword: String? = nil) {
        self.name = name
        self.plan = plan
        self.ownerEmail = ownerEmail
        self.ownerPassword = ownerPassword
    }
}

package struct CreateOrganisationReply: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var projectID: ProjectID
    package var userID: UserID

    package init(organisationID: OrganisationID, projectID: ProjectID, userID: UserID) {
        self.organisationID = organisationID
        self.projectID = projectID
        self.userID = userID
    }
}

package struct CreateKeyRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    /// Absent means the organisation's first project.
    package var projectID: ProjectID?
    /// Absent means the organisation's owner.
    package var userID: UserID?
    package var name: String
    package var scopes: [String]
    /// Days until the key expires. Absent means never.
    package var expiresInDays: UInt32?

    package init(
        organisationID: OrganisationID, projectID: ProjectID? = nil, userID: UserID? = nil, name: String = "",
        scopes: [String] = [], expiresInDays: UInt32? = nil
    ) {
        self.organisationID = organisationID
        self.projectID = projectID
        self.userID = userID
        self.name = name
        self.scopes = scopes
        self.expiresInDays = expiresInDays
    }
}

package struct CreateKeyReply: Equatable, Sendable {
    package var keyID: APIKeyID
    /// The key itself, `sk-<project>-<256-bit secret>`; shown once.
    package var key: String
    package var prefix: String

    package init(keyID: APIKeyID, key: String = "", prefix: String = "") {
        self.keyID = keyID
        self.key = key
        self.prefix = prefix
    }
}

package struct RevokeKeyRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var keyID: APIKeyID

    package init(organisationID: OrganisationID, keyID: APIKeyID) {
        self.organisationID = organisationID
        self.keyID = keyID
    }
}

package struct RevokeKeyReply: Equatable, Sendable {
    /// False when it had been revoked before.
    package var changed: Bool

    package init(changed: Bool = false) {
        self.changed = changed
    }
}

package struct ListKeysRequest: Equatable, Sendable {
    package var organisationID: OrganisationID

    package init(organisationID: OrganisationID) {
        self.organisationID = organisationID
    }
}

package struct ListKeysReply: Equatable, Sendable {
    package var keys: [KeyRow]

    package init(keys: [KeyRow] = []) {
        self.keys = keys
    }
}

package struct KeyRow: Equatable, Sendable {
    package var keyID: APIKeyID
    package var projectID: ProjectID
    package var userID: UserID
    package var name: String
    package var prefix: String
    package var scopes: [String]
    /// Microseconds since 1970, UTC, here and in every `_us` field.
    package var createdAtUs: Int64
    /// Absent when it never expires.
    package var expiresAtUs: Int64?
    /// Absent while it is not revoked.
    package var revokedAtUs: Int64?

    package init(
        keyID: APIKeyID, projectID: ProjectID, userID: UserID, name: String = "", prefix: String = "",
        scopes: [String] = [], createdAtUs: Int64 = 0, expiresAtUs: Int64? = nil, revokedAtUs: Int64? = nil
    ) {
        self.keyID = keyID
        self.projectID = projectID
        self.userID = userID
        self.name = name
        self.prefix = prefix
        self.scopes = scopes
        self.createdAtUs = createdAtUs
        self.expiresAtUs = expiresAtUs
        self.revokedAtUs = revokedAtUs
    }
}

package struct ListOrganisationsRequest: Equatable, Sendable {
    package init() {}
}

package struct ListOrganisationsReply: Equatable, Sendable {
    package var organisations: [OrganisationRow]

    package init(organisations: [OrganisationRow] = []) {
        self.organisations = organisations
    }
}

package struct OrganisationRow: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var name: String
    package var plan: String
    package var createdAtUs: Int64

    package init(organisationID: OrganisationID, name: String = "", plan: String = "", createdAtUs: Int64 = 0) {
        self.organisationID = organisationID
        self.name = name
        self.plan = plan
        self.createdAtUs = createdAtUs
    }
}

package struct CreateUserRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var email: String
    /// "owner", "admin", "member" or "guest" (spec 09.50).
    package var role: String
    /// Absent means the person cannot sign in with a password yet.
    package var password: String?

    package init(organisationID: OrganisationID, email: String = "", role: String = "", password: String? = nil) {
        self.organisationID = organisationID
        self.email = email
        self.role = role
        self.password = password
    }
}

package struct CreateUserReply: Equatable, Sendable {
    package var userID: UserID

    package init(userID: UserID) {
        self.userID = userID
    }
}
