// SPDX-License-Identifier: Apache-2.0

package import Logging
import Primitives

/// Brings a schema up to date: applies the files that were not applied yet, in order, forward only.
///
/// Each file runs in a transaction of its own together with its line in `<schema>.migrations`, so that a file is
/// either applied and written down or neither. Runs as the owner of the schema, the one role that may change tables.
package struct MigrationRunner: Sendable {
    private let settings: DatabaseSettings
    private let logger: Logger

    package init(database settings: DatabaseSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// Applies what is missing and returns it.
    /// - Parameter dryRun: returns what would be applied and changes nothing.
    @discardableResult
    package func run(
        folder: String, schema: String, dryRun: Bool = false
    ) async throws(MigrationFailure) -> [MigrationFile] {
        // It blocks for as long as the database works, so it gets a thread of its own.
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<[MigrationFile], MigrationFailure>, Never>) in
            let started = DetachedThread.start {
                continuation.resume(
                    returning: Result { () throws(MigrationFailure) in
                        try migrate(folder: folder, schema: schema, dryRun: dryRun)
                    })
            }
            if !started { continuation.resume(returning: .failure(.database("the system gave no thread"))) }
        }
        return try result.get()
    }

    private func migrate(folder: String, schema: String, dryRun: Bool) throws(MigrationFailure) -> [MigrationFile] {
        // The name becomes part of statements; it is one of five words of ours, and this keeps it so.
        guard schema.utf8.allSatisfy({ (97...122).contains($0) || $0 == UInt8(ascii: "_") }), !schema.isEmpty else {
            throw .folder("\(schema) is not a schema's name")
        }
        let files = try MigrationFile.read(folder: folder)
        let session = try BlockingSession(settings)
        // Two deployments at once take turns. A minute is longer than any of ours should run on a live table.
        try session.execute("SET lock_timeout = '60s'")
        try session.execute("SELECT pg_advisory_lock(hashtextextended('parley.migrations.\(schema)', 0))")
        let exists = try session.execute("SELECT to_regclass('\(schema).migrations') IS NOT NULL")[0][0] == "t"
        let applied =
            exists
            ? try session.execute("SELECT version, name, checksum FROM \(schema).migrations ORDER BY version") : []
        try check(files, against: applied, on: session)
        let missing = Array(files.dropFirst(applied.count))
        if dryRun { return missing }
        if !exists { try session.execute(Self.table(in: schema)) }
        for file in missing {
            try apply(file, schema, on: session)
            logger.info("applied a migration", metadata: ["schema": "\(schema)", "file": "\(file.name)"])
        }
        return missing
    }

    private static func table(in schema: String) -> String {
        """
        CREATE TABLE \(schema).migrations (
            version integer PRIMARY KEY,
            name text NOT NULL,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """
    }

    /// Every applied file must still be there and be the same. A changed file means that this database and the next
    /// fresh one would differ, which nobody would notice until much later.
    private func check(
        _ files: [MigrationFile], against applied: [[String]], on session: BlockingSession
    ) throws(MigrationFailure) {
        for (index, row) in applied.enumerated() {
            guard index < files.count else {
                throw .changed("\(row[1]) was applied to this database and is not in the folder")
            }
            let file = files[index]
            guard file.name == row[1],
                try session.checksum(of: file.content) == row[2] || file.otherForms.contains(row[2])
            else {
                throw .changed(
                    "\(file.name) is not what was applied as \(row[1]); write a new migration instead")
            }
        }
    }

    private func apply(
        _ file: MigrationFile, _ schema: String, on session: BlockingSession
    ) throws(MigrationFailure) {
        try session.execute("BEGIN")
        do throws(MigrationFailure) {
            try session.execute("SET LOCAL search_path TO \(schema), public")
            try session.execute(String(decoding: file.content, as: UTF8.self))
            guard session.isInTransaction else { throw .folder("the file ends its transaction itself") }
            let checksum = try session.checksum(of: file.content)
            try session.execute(
                """
                INSERT INTO \(schema).migrations (version, name, checksum)
                VALUES (\(file.version), '\(file.name)', '\(checksum)')
                """)
            try session.execute("COMMIT")
        } catch {
            // Silent on purpose: the failure above is the one to report, and a lost session has rolled back.
            _ = try? session.execute("ROLLBACK")
            throw .database("\(file.name): \(error)")
        }
    }
}
