// SPDX-License-Identifier: Apache-2.0

package import Postgres
package import Primitives

/// API keys of one organisation, in `auth.api_keys`. Only hashes and prefixes are ever here.
package struct KeyStore: Sendable {
    private let database: Database

    package init(database: Database) { self.database = database }

    package func insert(_ key: NewKey, deadline: Deadline) async throws {
        _ = try await database.query(
            """
            INSERT INTO auth.api_keys
                (organisation_id, key_id, project_id, user_id, key_hash, prefix, name, scopes, expires_at)
            VALUES (\(key.organisation), \(key.key), \(key.project), \(key.user), \(key.hash), \(key.prefix),
                    \(key.name), \(key.scopes), \(key.expiresAt))
            """, tenant: key.organisation, deadline: deadline)
    }

    /// Revokes a key. Returns its hash and whether this call was the one that revoked it; nil when there is none such.
    package func revoke(
        _ key: APIKeyID, of organisation: OrganisationID, deadline: Deadline
    ) async throws -> (hash: [UInt8], changed: Bool)? {
        try await database.transaction(tenant: organisation, deadline: deadline) { transaction in
            let rows = try await transaction.pipeline([
                """
                UPDATE auth.api_keys SET revoked_at = now()
                WHERE organisation_id = \(organisation) AND key_id = \(key) AND revoked_at IS NULL
                """,
                "SELECT key_hash FROM auth.api_keys WHERE organisation_id = \(organisation) AND key_id = \(key)",
            ])
            guard let row = rows[1].first else { return nil }
            return (try row.get(0, as: [UInt8].self), rows[0].affected == 1)
        }
    }

    package func list(of organisation: OrganisationID, deadline: Deadline) async throws -> [StoredKey] {
        let rows = try await database.query(
            """
            SELECT key_id, project_id, user_id, name, prefix, scopes, created_at, expires_at, revoked_at
            FROM auth.api_keys WHERE organisation_id = \(organisation)
            ORDER BY created_at DESC, key_id DESC LIMIT \(Self.listLimit)
            """, tenant: organisation, deadline: deadline)
        return try rows.map { row in
            StoredKey(
                key: APIKeyID(try row.get(0, as: UUIDv7.self)), project: ProjectID(try row.get(1, as: UUIDv7.self)),
                user: UserID(try row.get(2, as: UUIDv7.self)), name: try row.get(3, as: String.self),
                prefix: try row.get(4, as: String.self), scopes: try row.get(5, as: [String].self),
                createdAt: try row.get(6, as: Timestamp.self), expiresAt: try row.get(7, as: Timestamp?.self),
                revokedAt: try row.get(8, as: Timestamp?.self))
        }
    }

    /// More keys than a person can read; pages come when somebody has more.
    private static let listLimit = 1_000
}

package struct NewKey: Sendable {
    package var organisation: OrganisationID
    package var key: APIKeyID
    package var project: ProjectID
    package var user: UserID
    package var hash: [UInt8]
    package var prefix: String
    package var name: String
    package var scopes: [String]
    package var expiresAt: Timestamp?
}

package struct StoredKey: Sendable {
    package var key: APIKeyID
    package var project: ProjectID
    package var user: UserID
    package var name: String
    package var prefix: String
    package var scopes: [String]
    package var createdAt: Timestamp
    package var expiresAt: Timestamp?
    package var revokedAt: Timestamp?
}
