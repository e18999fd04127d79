// SPDX-License-Identifier: Apache-2.0

package import Postgres
package import Primitives

/// Files of one organisation, in `retriever.files`.
package struct FileStore: Sendable {
    private let database: Database

    package init(database: Database) { self.database = database }

    package enum State: String, Sendable {
        case stored, chunked, searchable, failed
    }

    package struct Record: Sendable {
        package var file: FileID
        package var filename: String
        package var mediaType: String
        package var purpose: String
        package var sizeBytes: Int64
        package var state: State
        package var passages: Int32
        package var createdAt: Timestamp
        package var failureReason: String?
    }

    package struct New: Sendable {
        package var file: FileID
        package var principal: Principal
        package var filename: String
        package var mediaType: String
        package var purpose: String
        package var sizeBytes: Int64
        package var contentHash: [UInt8]
    }

    /// Writes a file's row. A second call with the same id and the same content is no error (a retried upload).
    /// - Returns: false when the id is taken by other content or was deleted.
    package func insert(_ new: New, deadline: Deadline) async throws -> Bool {
        let organisation = new.principal.organisation
        return try await database.transaction(tenant: organisation, deadline: deadline) { transaction in
            let rows = try await transaction.pipeline([
                """
                INSERT INTO retriever.files
                    (organisation_id, file_id, project_id, user_id, plan, filename, media_type, purpose, size_bytes,
                     content_hash)
                VALUES (\(organisation), \(new.file), \(new.principal.project), \(new.principal.user),
                        \(new.principal.plan.rawValue), \(new.filename), \(new.mediaType), \(new.purpose),
                        \(new.sizeBytes), \(new.contentHash))
                ON CONFLICT DO NOTHING
                """,
                """
                SELECT content_hash, deleted_at IS NOT NULL FROM retriever.files
                WHERE organisation_id = \(organisation) AND file_id = \(new.file)
                """,
            ])
            guard let row = rows[1].first else { return false }
            return try row.get(0, as: [UInt8].self) == new.contentHash && !(try row.get(1, as: Bool.self))
        }
    }

    /// The SHA-256 of a file's bytes, by which the object store knows them.
    package func contentHash(
        of file: FileID, organisation: OrganisationID, deadline: Deadline
    ) async throws -> [UInt8]? {
        let rows = try await database.query(
            """
            SELECT content_hash FROM retriever.files
            WHERE organisation_id = \(organisation) AND file_id = \(file) AND deleted_at IS NULL
            """, tenant: organisation, deadline: deadline)
        return try rows.first?.get(0, as: [UInt8].self)
    }

    package func get(_ file: FileID, of organisation: OrganisationID, deadline: Deadline) async throws -> Record? {
        let rows = try await database.query(
            """
            SELECT file_id, filename, media_type, purpose, size_bytes, state, passages, created_at, failure_reason
            FROM retriever.files
            WHERE organisation_id = \(organisation) AND file_id = \(file) AND deleted_at IS NULL
            """, tenant: organisation, deadline: deadline)
        return try rows.first.map(record)
    }

    /// Newest first; ids are UUIDv7, so their order is the order of creation.
    package func list(
        of organisation: OrganisationID, olderThan: FileID?, limit: Int32, deadline: Deadline
    ) async throws -> [Record] {
        let rows = try await database.query(
            """
            SELECT file_id, filename, media_type, purpose, size_bytes, state, passages, created_at, failure_reason
            FROM retriever.files
            WHERE organisation_id = \(organisation) AND deleted_at IS NULL
              AND (\(olderThan?.uuid)::uuid IS NULL OR file_id < \(olderThan?.uuid)::uuid)
            ORDER BY file_id DESC LIMIT \(limit)
            """, tenant: organisation, deadline: deadline)
        return try rows.map(record)
    }

    /// Takes a file out of every search: its passages go, and every replica's copy of the index learns of it.
    package func delete(
        _ file: FileID, of organisation: OrganisationID, deadline: Deadline
    ) async throws -> Bool {
        try await database.transaction(tenant: organisation, deadline: deadline) { transaction in
            let version = try await PassageStore.nextVersion(of: organisation, in: transaction)
            let rows = try await transaction.pipeline([
                """
                UPDATE retriever.files SET deleted_at = now(), deleted_version = \(version)
                WHERE organisation_id = \(organisation) AND file_id = \(file) AND deleted_at IS NULL
                """,
                "DELETE FROM retriever.passages WHERE organisation_id = \(organisation) AND file_id = \(file)",
            ])
            return rows[0].affected == 1
        }
    }

    private func record(_ row: Row) throws -> Record {
        Record(
            file: FileID(try row.get(0, as: UUIDv7.self)), filename: try row.get(1, as: String.self),
            mediaType: try row.get(2, as: String.self), purpose: try row.get(3, as: String.self),
            sizeBytes: try row.get(4, as: Int64.self),
            state: State(rawValue: try row.get(5, as: String.self)) ?? .failed,
            passages: try row.get(6, as: Int32.self), createdAt: try row.get(7, as: Timestamp.self),
            failureReason: try row.get(8, as: String?.self))
    }
}
