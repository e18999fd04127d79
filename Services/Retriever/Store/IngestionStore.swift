// SPDX-License-Identifier: Apache-2.0

package import Postgres
package import Primitives

/// The states a file passes on its way to being found. Each step is one transaction; a replica that dies between two
/// leaves the file where the last one put it, and the claim's end gives it to another.
package struct IngestionStore: Sendable {
    private let database: Database

    package init(database: Database) { self.database = database }

    /// One file at work.
    package struct Claim: Sendable {
        package var file: FileID
        package var principal: Principal
        package var attempts: Int32
    }

    package func claim(for lease: Duration, deadline: Deadline) async throws -> Claim? {
        let rows = try await database.query(
            """
            SELECT organisation_id, file_id, project_id, user_id, plan, attempts
            FROM retriever.claim_file(make_interval(secs => \(lease.inSeconds)))
            """, tenant: nil, deadline: deadline)
        guard let row = rows.first else { return nil }
        return Claim(
            file: FileID(try row.get(1, as: UUIDv7.self)),
            principal: Principal(
                organisation: OrganisationID(try row.get(0, as: UUIDv7.self)),
                project: ProjectID(try row.get(2, as: UUIDv7.self)), user: UserID(try row.get(3, as: UUIDv7.self)),
                key: nil, plan: Plan(rawValue: try row.get(4, as: String.self)) ?? .free, scopes: ["files:write"]),
            attempts: try row.get(5, as: Int32.self))
    }

    /// Gives a file back for a later try, or for good when `reason` says why it cannot be ingested.
    package func giveBack(
        _ claim: Claim, retryAfter: Duration, failure reason: String?, deadline: Deadline
    ) async throws {
        _ = try await database.query(
            """
            UPDATE retriever.files SET
                claimed_until = now() + make_interval(secs => \(retryAfter.inSeconds)),
                state = CASE WHEN \(reason)::text IS NULL THEN state ELSE 'failed' END,
                failure_reason = coalesce(\(reason), failure_reason)
            WHERE organisation_id = \(claim.principal.organisation) AND file_id = \(claim.file)
              AND state <> 'searchable'
            """, tenant: claim.principal.organisation, deadline: deadline)
    }
}
