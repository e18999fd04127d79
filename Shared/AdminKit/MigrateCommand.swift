// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
import Logging
import Postgres
package import Primitives

/// Which schema a service's `migrate` brings up to date.
package protocol MigratedSchema: Sendable {
    static var service: PeerName { get }
    /// The schema's name in the database.
    static var schema: String { get }
    /// The migrations' folder, from the repository's or image's root; `--migrations` and `migrations.path` win over it.
    static var folder: String { get }
}

/// `migrate`: applies the migrations that the database does not have yet, forward only. Without `--apply` it lists
/// them.
package struct MigrateCommand<Schema: MigratedSchema>: OwnerCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "migrate", abstract: "Brings the schema \(Schema.schema) to the newest version, forward only.")
    }
    package static var service: PeerName { Schema.service }

    @OptionGroup package var owner: OwnerOptions

    @Option(help: "Folder of the migrations.")
    package var migrations: String?

    package init() {}

    package func perform(_ access: OwnerAccess) async throws {
        let folder = migrations ?? access.migrations ?? Schema.folder
        let runner = MigrationRunner(
            database: access.database, logger: Logger(label: "migrate") { _ in SwiftLogNoOpLogHandler() })
        let missing = try await runner.run(folder: folder, schema: Schema.schema, dryRun: true)
        guard !missing.isEmpty else {
            access.report.show(Table(["file", "state"]))
            return access.report.note("The schema \(Schema.schema) is up to date.")
        }
        let request = CellText.object([
            ("schema", .text(Schema.schema)), ("folder", .text(folder)), ("files", .list(missing.map(\.name))),
        ])
        let applied = try await access.report.change("migrate", request: request) {
            try await runner.run(folder: folder, schema: Schema.schema)
        }
        guard let applied else { return }
        var table = Table(["file", "state"])
        for file in applied { table.add(.text(file.name), "applied") }
        access.report.show(table)
    }
}
