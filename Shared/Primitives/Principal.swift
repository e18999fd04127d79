// SPDX-License-Identifier: Apache-2.0

/// Who a call is made for: decided once by the gateway, carried in every call's metadata, and checked again by every
/// store. A call without one acts for Parley itself and sees no tenant's rows.
package struct Principal: Hashable, Sendable {
    package var organisation: OrganisationID
    package var project: ProjectID
    package var user: UserID
    /// The API key used, or nil for a signed-in person.
    package var key: APIKeyID?
    package var plan: Plan
    /// What the credential allows, for example `chat:write` (spec 09.27-09.37). `admin:*` allows everything.
    package var scopes: [String]

    package init(
        organisation: OrganisationID, project: ProjectID, user: UserID, key: APIKeyID?, plan: Plan, scopes: [String]
    ) {
        self.organisation = organisation
        self.project = project
        self.user = user
        self.key = key
        self.plan = plan
        self.scopes = scopes
    }

    /// Whether the credential carries `scope`, as itself or under a wildcard such as `chat:*` or `admin:*`.
    package func allows(_ scope: String) -> Bool {
        scopes.contains { granted in
            if granted == scope || granted == "admin:*" { return true }
            guard granted.hasSuffix(":*") else { return false }
            return scope.hasPrefix(granted.dropLast())
        }
    }
}

/// An organisation's plan. The limits behind it are rows in billing's tables, not code (design decision 12).
package enum Plan: String, Hashable, Sendable, CaseIterable {
    case free, pro, enterprise
}
