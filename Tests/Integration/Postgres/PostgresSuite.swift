// SPDX-License-Identifier: Apache-2.0

import Logging
import Postgres
import Primitives
import TestKit
import Testing

/// A fresh database with one table under row-level security, made as a migration of ours would make it, and a client
/// that connects as a service, which does not own the table.
func withDatabase(
    server: ThrowawayPostgres = .shared, connections: Int = 2,
    configure: (inout DatabaseSettings) -> Void = { _ in },
    _ body: (Database, FreshDatabase) async throws -> Void
) async throws {
    let fresh = try await server.database()
    try await fresh.prepare(
        """
        SET ROLE parley_owner;
        CREATE TABLE auth.notes (
            organisation_id uuid NOT NULL,
            id bigint NOT NULL,
            content text NOT NULL CONSTRAINT content_is_short CHECK (length(content) < 100),
            PRIMARY KEY (organisation_id, id)
        );
        ALTER TABLE auth.notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE auth.notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON auth.notes
            USING (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid)
            WITH CHECK (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid);
        GRANT SELECT, INSERT, UPDATE, DELETE ON auth.notes TO parley_auth;
        """)
    var settings = fresh.settings(as: "parley_auth")
    settings.connections = connections
    configure(&settings)
    let database = Database(settings, logger: Logger(label: "test"))
    do {
        try await body(database, fresh)
    } catch {
        await database.shutdown()
        try await fresh.drop()
        throw error
    }
    await database.shutdown()
    try await fresh.drop()
}

func soon(_ duration: Duration = .seconds(20)) -> Deadline { .after(duration, from: SystemTime().now()) }

/// The kind of failure `body` ends with, nil when it succeeds.
func failure(_ body: () async throws -> Void) async throws -> DatabaseFailure.Kind? {
    do {
        try await body()
        return nil
    } catch let failure as DatabaseFailure { return failure.kind }
}
