// SPDX-License-Identifier: Apache-2.0

import Logging
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct MigrationTests {
    /// A database, a runner as its owner, and a folder for files.
    private func withRunner(_ body: (MigrationRunner, FreshDatabase, String) async throws -> Void) async throws {
        let fresh = try await ThrowawayPostgres.shared.database()
        let folder = try TestFolder.make("migrations")
        let runner = MigrationRunner(
            database: fresh.settings(as: "parley_owner"), logger: Logger(label: "test"))
        do {
            try await body(runner, fresh, folder)
        } catch {
            TestFolder.remove(folder)
            throw error
        }
        TestFolder.remove(folder)
        try await fresh.drop()
    }

    private func write(_ name: String, _ sql: String, in folder: String) throws {
        try TestFolder.write(sql, to: folder + "/" + name)
    }

    private func names(_ files: [MigrationFile]) -> [String] { files.map(\.name) }

    @Test func filesAreAppliedOnceAndInOrder() async throws {
        try await withRunner { runner, fresh, folder in
            try write("0002-add-size.sql", "ALTER TABLE auth.things ADD COLUMN size bigint;", in: folder)
            try write("0001-create-things.sql", "CREATE TABLE auth.things (id bigint);", in: folder)
            let planned = try await runner.run(folder: folder, schema: "auth", dryRun: true)
            #expect(names(planned) == ["0001-create-things.sql", "0002-add-size.sql"])
            #expect(names(try await runner.run(folder: folder, schema: "auth")) == names(planned))
            #expect(try await runner.run(folder: folder, schema: "auth").isEmpty)
            try write("0003-fill-things.sql", "INSERT INTO auth.things VALUES (1, 2);", in: folder)
            #expect(names(try await runner.run(folder: folder, schema: "auth")) == ["0003-fill-things.sql"])
            try await fresh.prepare(
                "DO $$ BEGIN ASSERT (SELECT count(*) FROM auth.migrations) = 3; END $$")
        }
    }

    @Test func changedFileIsRefused() async throws {
        try await withRunner { runner, _, folder in
            try write("0001-create-things.sql", "CREATE TABLE auth.things (id bigint);", in: folder)
            _ = try await runner.run(folder: folder, schema: "auth")
            try write("0001-create-things.sql", "CREATE TABLE auth.things (id integer);", in: folder)
            try write("0002-more.sql", "SELECT 1;", in: folder)
            await #expect { try await runner.run(folder: folder, schema: "auth") } throws: {
                if case .changed? = $0 as? MigrationFailure { true } else { false }
            }
        }
    }

    @Test func anotherReleasedFormIsTaken() async throws {
        try await withRunner { runner, _, folder in
            try write("0001-create-things.sql", "CREATE TABLE auth.things (id bigint);", in: folder)
            _ = try await runner.run(folder: folder, schema: "auth")
            try write("0001-create-things.sql", "CREATE TABLE auth.things (id bigint); -- Said better.", in: folder)
            await #expect(throws: MigrationFailure.self) { try await runner.run(folder: folder, schema: "auth") }
            let sum = "af736d726cf63a769804142804549d0d1331517a0c118c97e7e525560c4995a9"
            try write("released-forms.sha256", "\(sum)  0001-create-things.sql\n", in: folder)
            #expect(try await runner.run(folder: folder, schema: "auth").isEmpty)
            try write("released-forms.sha256", "\(sum)  0002-other.sql\n", in: folder)
            await #expect(throws: MigrationFailure.self) { try await runner.run(folder: folder, schema: "auth") }
        }
    }

    @Test func missingOrRenamedFileIsRefused() async throws {
        try await withRunner { runner, _, folder in
            try write("0001-create-things.sql", "CREATE TABLE auth.things (id bigint);", in: folder)
            _ = try await runner.run(folder: folder, schema: "auth")
            TestFolder.remove(folder + "/0001-create-things.sql")
            await #expect(throws: MigrationFailure.self) { try await runner.run(folder: folder, schema: "auth") }
            try write("0001-create-others.sql", "CREATE TABLE auth.things (id bigint);", in: folder)
            await #expect(throws: MigrationFailure.self) { try await runner.run(folder: folder, schema: "auth") }
        }
    }

    /// A file that fails half-way leaves nothing, and the files before it stay.
    @Test func failingFileLeavesNothing() async throws {
        try await withRunner { runner, fresh, folder in
            try write("0001-create-things.sql", "CREATE TABLE auth.things (id bigint);", in: folder)
            try write("0002-break.sql", "CREATE TABLE auth.half (id bigint); SELECT 1/0;", in: folder)
            await #expect(throws: MigrationFailure.self) { try await runner.run(folder: folder, schema: "auth") }
            try await fresh.prepare(
                """
                DO $$ BEGIN
                    ASSERT to_regclass('auth.things') IS NOT NULL;
                    ASSERT to_regclass('auth.half') IS NULL;
                    ASSERT (SELECT count(*) FROM auth.migrations) = 1;
                END $$
                """)
        }
    }

    @Test func fileThatEndsItsTransactionIsRefused() async throws {
        try await withRunner { runner, _, folder in
            try write("0001-commit.sql", "CREATE TABLE auth.things (id bigint); COMMIT;", in: folder)
            await #expect(throws: MigrationFailure.self) { try await runner.run(folder: folder, schema: "auth") }
        }
    }

    @Test(arguments: ["1-a.sql", "0001-A.sql", "0001.sql", "0002-gap.sql", "0000-zero.sql", "notes.txt", "0001--a.sql"])
    func strangeFilesAreRefused(name: String) async throws {
        try await withRunner { runner, _, folder in
            try write(name, "SELECT 1;", in: folder)
            await #expect(throws: MigrationFailure.self) { try await runner.run(folder: folder, schema: "auth") }
        }
    }

    /// Two deployments at once: one waits for the other and finds nothing left to do.
    @Test func twoRunnersTakeTurns() async throws {
        try await withRunner { runner, _, folder in
            let slow = "CREATE TABLE auth.things (id bigint); SELECT pg_sleep(0.3);"
            try write("0001-create-things.sql", slow, in: folder)
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await runner.run(folder: folder, schema: "auth").count } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.sorted() == [0, 0, 0, 1])
        }
    }

    @Test func serviceMayNotMigrate() async throws {
        try await withRunner { _, fresh, folder in
            try write("0001-create-things.sql", "CREATE TABLE auth.things (id bigint);", in: folder)
            let stranger = MigrationRunner(
                database: fresh.settings(as: "parley_auth"), logger: Logger(label: "test"))
            await #expect(throws: MigrationFailure.self) { try await stranger.run(folder: folder, schema: "auth") }
        }
    }
}
