// SPDX-License-Identifier: Apache-2.0

package import Postgres
package import Primitives
package import RetrieverDomain
package import VectorIndex

/// Passages and vectors of one organisation, in `retriever.passages`.
package struct PassageStore: Sendable {
    private let database: Database

    package init(database: Database) { self.database = database }

    /// A passage as a citation needs it.
    package struct Record: Sendable {
        package var passage: PassageID
        package var file: FileID
        package var filename: String
        package var text: String
        package var startByte: Int64
        package var endByte: Int64
    }

    /// What changed in an organisation's index since a version.
    package struct Changes: Sendable {
        package var version: Int64
        package var added: [VectorEntry]
        package var removed: Set<FileID>
    }

    /// Replaces a file's passages by new ones; the file is then chunked.
    package func replace(
        _ passages: [(PassageID, PassageText)], of file: FileID, organisation: OrganisationID, deadline: Deadline
    ) async throws {
        try await database.transaction(tenant: organisation, deadline: deadline) { transaction in
            _ = try await transaction.query(
                "DELETE FROM retriever.passages WHERE organisation_id = \(organisation) AND file_id = \(file)")
            for batch in stride(from: 0, to: passages.count, by: Self.rowsPerPipeline) {
                let rows = passages[batch..<min(batch + Self.rowsPerPipeline, passages.count)]
                _ = try await transaction.pipeline(
                    rows.map { id, passage in
                        """
                        INSERT INTO retriever.passages
                            (organisation_id, passage_id, file_id, ordinal, start_byte, end_byte, text)
                        VALUES (\(organisation), \(id), \(file), \(passage.ordinal),
                                \(Int64(passage.range.lowerBound)), \(Int64(passage.range.upperBound)), \(passage.text))
                        """
                    })
            }
            let count = Int32(passages.count)
            _ = try await transaction.query(
                """
                UPDATE retriever.files SET state = 'chunked', passages = \(count)
                WHERE organisation_id = \(organisation) AND file_id = \(file) AND deleted_at IS NULL
                """)
        }
    }

    /// Writes the vectors of a file's passages and makes the file searchable, all or nothing.
    package func publish(
        _ vectors: [(PassageID, [Float])], model: String, of file: FileID, organisation: OrganisationID,
        deadline: Deadline
    ) async throws {
        try await database.transaction(tenant: organisation, deadline: deadline) { transaction in
            let version = try await Self.nextVersion(of: organisation, in: transaction)
            for batch in stride(from: 0, to: vectors.count, by: Self.rowsPerPipeline) {
                let rows = vectors[batch..<min(batch + Self.rowsPerPipeline, vectors.count)]
                _ = try await transaction.pipeline(
                    rows.map { id, vector in
                        """
                        UPDATE retriever.passages
                        SET embedding = \(VectorBytes.encode(vector)), embedding_model = \(model), version = \(version)
                        WHERE organisation_id = \(organisation) AND passage_id = \(id)
                        """
                    })
            }
            _ = try await transaction.query(
                """
                UPDATE retriever.files SET state = 'searchable', claimed_until = NULL, failure_reason = NULL
                WHERE organisation_id = \(organisation) AND file_id = \(file) AND deleted_at IS NULL
                """)
        }
    }

    /// Takes the organisation's next index number; the row lock puts concurrent changes one behind the other, so that
    /// no reader can see number n + 1 and miss number n.
    static func nextVersion(of organisation: OrganisationID, in transaction: Transaction) async throws -> Int64 {
        let rows = try await transaction.query(
            """
            INSERT INTO retriever.indexes (organisation_id, version) VALUES (\(organisation), 1)
            ON CONFLICT (organisation_id) DO UPDATE SET version = retriever.indexes.version + 1
            RETURNING version
            """)
        return try rows.first?.get(0, as: Int64.self) ?? 1
    }

    /// The passages of a file that wait for their vectors.
    package func texts(
        of file: FileID, organisation: OrganisationID, deadline: Deadline
    ) async throws -> [(PassageID, String)] {
        let rows = try await database.query(
            """
            SELECT passage_id, text FROM retriever.passages
            WHERE organisation_id = \(organisation) AND file_id = \(file) ORDER BY ordinal
            """, tenant: organisation, deadline: deadline)
        return try rows.map { (PassageID(try $0.get(0, as: UUIDv7.self)), try $0.get(1, as: String.self)) }
    }

    /// What came after `version`. Asking again with the answer's version gives nothing until something changes.
    package func changes(
        of organisation: OrganisationID, since version: Int64, model: String, deadline: Deadline
    ) async throws -> Changes {
        let current = try await database.query(
            "SELECT version FROM retriever.indexes WHERE organisation_id = \(organisation)", tenant: organisation,
            deadline: deadline)
        let newest = try current.first?.get(0, as: Int64.self) ?? 0
        guard newest > version else { return Changes(version: version, added: [], removed: []) }
        let added = try await database.query(
            """
            SELECT p.passage_id, p.file_id, p.embedding FROM retriever.passages p
            WHERE p.organisation_id = \(organisation) AND p.version > \(version) AND p.version <= \(newest)
              AND p.embedding_model = \(model)
            """, tenant: organisation, deadline: deadline)
        let removed = try await database.query(
            """
            SELECT file_id FROM retriever.files
            WHERE organisation_id = \(organisation) AND deleted_version > \(version)
              AND deleted_version <= \(newest)
            """, tenant: organisation, deadline: deadline)
        return Changes(
            version: newest,
            added: try added.map { row in
                VectorEntry(
                    passage: PassageID(try row.get(0, as: UUIDv7.self)), file: FileID(try row.get(1, as: UUIDv7.self)),
                    vector: VectorBytes.decode(try row.get(2, as: [UInt8].self)))
            },
            removed: Set(try removed.map { FileID(try $0.get(0, as: UUIDv7.self)) }))
    }

    /// Passages that hold the query's words, best first.
    package func search(
        words: String, of organisation: OrganisationID, files: [FileID], limit: Int32, deadline: Deadline
    ) async throws -> [PassageID] {
        let wanted = files.map(\.uuid)
        let rows = try await database.query(
            """
            SELECT p.passage_id
            FROM retriever.passages p JOIN retriever.files f USING (organisation_id, file_id),
                 to_tsquery('english', \(words)) query
            WHERE p.organisation_id = \(organisation) AND f.state = 'searchable' AND f.deleted_at IS NULL
              AND p.words @@ query AND (cardinality(\(wanted)::uuid[]) = 0 OR p.file_id = ANY(\(wanted)::uuid[]))
            ORDER BY ts_rank_cd(p.words, query) DESC, p.passage_id LIMIT \(limit)
            """, tenant: organisation, deadline: deadline)
        return try rows.map { PassageID(try $0.get(0, as: UUIDv7.self)) }
    }

    /// The passages themselves, in no order. What was deleted meanwhile is left out.
    package func read(
        _ passages: [PassageID], of organisation: OrganisationID, deadline: Deadline
    ) async throws -> [Record] {
        let ids = passages.map(\.uuid)
        let rows = try await database.query(
            """
            SELECT p.passage_id, p.file_id, f.filename, p.text, p.start_byte, p.end_byte
            FROM retriever.passages p JOIN retriever.files f USING (organisation_id, file_id)
            WHERE p.organisation_id = \(organisation) AND p.passage_id = ANY(\(ids)::uuid[]) AND f.deleted_at IS NULL
            """, tenant: organisation, deadline: deadline)
        return try rows.map { row in
            Record(
                passage: PassageID(try row.get(0, as: UUIDv7.self)), file: FileID(try row.get(1, as: UUIDv7.self)),
                filename: try row.get(2, as: String.self), text: try row.get(3, as: String.self),
                startByte: try row.get(4, as: Int64.self), endByte: try row.get(5, as: Int64.self))
        }
    }

    package func countStates(deadline: Deadline) async throws -> [(state: String, files: Int64, passages: Int64)] {
        let rows = try await database.query(
            "SELECT state, files, passages FROM retriever.count_states()", tenant: nil, deadline: deadline)
        return try rows.map {
            (try $0.get(0, as: String.self), try $0.get(1, as: Int64.self), try $0.get(2, as: Int64.self))
        }
    }

    /// Statements sent together: enough to hide the round trip, few enough to bound what waits in memory.
    private static let rowsPerPipeline = 64
}
