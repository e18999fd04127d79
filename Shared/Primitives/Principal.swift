// SPDX-License-Identifier: Apache-2.0

/// Who a call is made for: decided once by the gateway, carried in every call's metadata, and checked again by every
/// store. A call without one acts for Parley itself and sees no tenant's rows.
///
/// All copies share one object: a principal is handed on dozens of times in a turn and changed in none of them.
package struct Principal: Sendable {
    private let fields: Fields

    private final class Fields: Sendable {
        let organisation: OrganisationID
        let project: ProjectID
        let user: UserID
        let key: APIKeyID?
        let plan: Plan
        let scopes: [String]

        init(
            _ organisation: OrganisationID, _ project: ProjectID, _ user: UserID, _ key: APIKeyID?, _ plan: Plan,
            _ scopes: [String]
        ) {
            self.organisation = organisation
            self.project = project
            self.user = user
            self.key = key
            self.plan = plan
            self.scopes = scopes
        }
    }

    package init(
        organisation: OrganisationID, project: ProjectID, user: UserID, key: APIKeyID?, plan: Plan, scopes: [String]
    ) {
        fields = Fields(organisation, project, user, key, plan, scopes)
    }

    package var organisation: OrganisationID { fields.organisation }
    package var project: ProjectID { fields.project }
    package var user: UserID { fields.user }
    /// The API key used, or nil for a signed-in person.
    package var key: APIKeyID? { fields.key }
    package var plan: Plan { fields.plan }
    /// What the credential allows, for example `chat:write` (spec 09.27-09.37). `admin:*` allows everything.
    package var scopes: [String] { fields.scopes }

    /// Whether both are copies of one; two that are not may be equal nevertheless.
    package func isSame(as other: Principal) -> Bool { fields === other.fields }

    /// Whether the credential carries `scope`, as itself or under a wildcard such as `chat:*` or `admin:*`.
    package func allows(_ scope: String) -> Bool {
        scopes.contains { granted in
            if granted == scope || granted == "admin:*" { return true }
            guard granted.hasSuffix(":*") else { return false }
            return scope.hasPrefix(granted.dropLast())
        }
    }
}

extension Principal: Hashable {
    package static func == (a: Self, b: Self) -> Bool {
        a.fields === b.fields
            || a.organisation == b.organisation && a.project == b.project && a.user == b.user && a.key == b.key
                && a.plan == b.plan && a.scopes == b.scopes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(organisation)
        hasher.combine(user)
        hasher.combine(key)
    }
}

/// An organisation's plan. The limits behind it are rows in billing's tables, not code (design decision 12).
package enum Plan: String, Hashable, Sendable, CaseIterable {
    case free, pro, enterprise
}
