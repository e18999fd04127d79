// SPDX-License-Identifier: Apache-2.0

package import AuthDomain
package import Postgres
package import Primitives

/// Organisations, people and keys in Postgres, schema `auth`.
package struct AccountStore: Sendable {
    private let database: Database

    package init(database: Database) { self.database = database }

    // MARK: Before the tenant is known

    /// The key whose text has this SHA-256, whoever it belongs to.
    package func key(hash: [UInt8], deadline: Deadline) async throws -> KeyRecord? {
        let rows = try await database.query(
            """
            SELECT organisation_id, project_id, user_id, key_id, plan, scopes, expires_at, revoked_at, is_suspended
            FROM auth.find_key(\(hash))
            """, tenant: nil, deadline: deadline)
        guard let row = rows.first else { return nil }
        return KeyRecord(
            principal: Principal(
                organisation: OrganisationID(try row.get(0, as: UUIDv7.self)),
                project: ProjectID(try row.get(1, as: UUIDv7.self)),
                user: UserID(try row.get(2, as: UUIDv7.self)),
                key: APIKeyID(try row.get(3, as: UUIDv7.self)),
                plan: try plan(of: row, at: 4),
                scopes: try row.get(5, as: [String].self)),
            expiresAt: try row.get(6, as: Timestamp?.self),
            revokedAt: try row.get(7, as: Timestamp?.self),
            isSuspended: try row.get(8, as: Bool.self))
    }

    /// The account behind an e-mail address, with its password hash.
    package func account(email: String, deadline: Deadline) async throws -> AccountRecord? {
        let rows = try await database.query(
            """
            SELECT organisation_id, project_id, user_id, plan, role, password_hash, is_suspended
            FROM auth.find_account(\(email))
            """, tenant: nil, deadline: deadline)
        guard let row = rows.first else { return nil }
        return AccountRecord(
            organisation: OrganisationID(try row.get(0, as: UUIDv7.self)),
            project: ProjectID(try row.get(1, as: UUIDv7.self)),
            user: UserID(try row.get(2, as: UUIDv7.self)),
            plan: try plan(of: row, at: 3),
            role: Role(rawValue: try row.get(4, as: String.self)) ?? .guest,
            passwordHash: try row.get(5, as: String?.self),
            isSuspended: try row.get(6, as: Bool.self))
    }

    package func organisations(deadline: Deadline) async throws -> [OrganisationRecord] {
        let rows = try await database.query(
            "SELECT organisation_id, name, plan, created_at FROM auth.list_organisations()", tenant: nil,
            deadline: deadline)
        return try rows.map { row in
            OrganisationRecord(
                organisation: OrganisationID(try row.get(0, as: UUIDv7.self)),
                name: try row.get(1, as: String.self), plan: try plan(of: row, at: 2),
                createdAt: try row.get(3, as: Timestamp.self))
        }
    }

    // MARK: Within one organisation

    /// Creates an organisation, its project `default` and its owner, all or nothing.
    package func create(_ new: NewOrganisation, deadline: Deadline) async throws {
        let project = "default"
        try await database.transaction(tenant: new.organisation, deadline: deadline) { transaction in
            _ = try await transaction.pipeline([
                """
                INSERT INTO auth.organisations (organisation_id, name, plan)
                VALUES (\(new.organisation), \(new.name), \(new.plan.rawValue))
                """,
                """
                INSERT INTO auth.projects (organisation_id, project_id, name)
                VALUES (\(new.organisation), \(new.project), \(project))
                """,
                """
                INSERT INTO auth.users (organisation_id, user_id, email, password_hash)
                VALUES (\(new.organisation), \(new.owner), \(new.ownerEmail), \(new.ownerPasswordHash))
                """,
                """
                INSERT INTO auth.members (organisation_id, user_id, role)
                VALUES (\(new.organisation), \(new.owner), \(Role.owner.rawValue))
                """,
            ])
        }
    }

    package func addUser(
        _ user: UserID, email: String, passwordHash: String?, role: Role, to organisation: OrganisationID,
        deadline: Deadline
    ) async throws {
        try await database.transaction(tenant: organisation, deadline: deadline) { transaction in
            _ = try await transaction.pipeline([
                """
                INSERT INTO auth.users (organisation_id, user_id, email, password_hash)
                VALUES (\(organisation), \(user), \(email), \(passwordHash))
                """,
                """
                INSERT INTO auth.members (organisation_id, user_id, role)
                VALUES (\(organisation), \(user), \(role.rawValue))
                """,
            ])
        }
    }

    /// The organisation's first project and its owner, for a key that names neither.
    package func defaults(of organisation: OrganisationID, deadline: Deadline) async throws -> (ProjectID, UserID)? {
        let rows = try await database.query(
            """
            SELECT p.project_id, m.user_id
            FROM auth.projects p JOIN auth.members m USING (organisation_id)
            WHERE p.organisation_id = \(organisation) AND m.role = 'owner' AND p.deleted_at IS NULL
            ORDER BY p.created_at, p.project_id, m.joined_at, m.user_id LIMIT 1
            """, tenant: organisation, deadline: deadline)
        guard let row = rows.first else { return nil }
        return (ProjectID(try row.get(0, as: UUIDv7.self)), UserID(try row.get(1, as: UUIDv7.self)))
    }

    private func plan(of row: Row, at index: Int) throws -> Plan {
        let text = try row.get(index, as: String.self)
        guard let plan = Plan(rawValue: text) else {
            throw Failure(.dataLoss, "The account's plan is not known.", detail: "plan '\(text)' in schema auth")
        }
        return plan
    }
}

/// One person's account, as a login needs it.
package struct AccountRecord: Sendable {
    package var organisation: OrganisationID
    package var project: ProjectID
    package var user: UserID
    package var plan: Plan
    package var role: Role
    package var passwordHash: String?
    package var isSuspended: Bool
}

package struct OrganisationRecord: Sendable {
    package var organisation: OrganisationID
    package var name: String
    package var plan: Plan
    package var createdAt: Timestamp
}

/// What a new organisation begins with. Ids and the password's hash are made before the store is called.
package struct NewOrganisation: Sendable {
    package var organisation: OrganisationID
    package var name: String
    package var plan: Plan
    package var project: ProjectID
    package var owner: UserID
    package var ownerEmail: String
    package var ownerPasswordHash: String?
}
