// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
import FoundationEssentials
package import Postgres
package import Primitives
import Settings

/// What the verbs that talk to Postgres as the owner accept. There are two, `migrate` and `bootstrap`: what they make
/// is what the service needs to start, so the service cannot be asked.
package struct OwnerOptions: ParsableArguments {
    @Option(help: "Settings file with `postgres.*` of the owner.")
    package var config: String?

    @Flag(help: "Print JSON instead of a table.")
    package var json = false

    @Flag(help: "Do it. Without this flag the verb only shows what it would do.")
    package var apply = false

    package init() {}
}

/// A verb that talks to Postgres as the owner.
package protocol OwnerCommand: AsyncParsableCommand {
    static var service: PeerName { get }
    /// Declared as `@OptionGroup var owner: OwnerOptions`.
    var owner: OwnerOptions { get }
    func perform(_ access: OwnerAccess) async throws
}

/// The owner's way to the database, and the report of the verb.
package struct OwnerAccess: Sendable {
    package let database: DatabaseSettings
    package let report: AdminReport
    /// `migrations.path` of the settings, when it stands there.
    package let migrations: String?
}

extension OwnerCommand {
    package mutating func run() async throws {
        let status = await Self.status(of: self, environment: ProcessInfo.processInfo.environment)
        if status != AdminExit.ok { throw ArgumentParser.ExitCode(status) }
    }

    /// The verb's whole run, as the status it would exit with.
    package static func status(
        of command: Self, environment: [String: String],
        write: @escaping @Sendable (String, AdminReport.Stream) -> Void = AdminReport.toTerminal
    ) async -> Int32 {
        let tool = service.admin.rawValue
        let report = AdminReport(
            tool: tool, verb: Self._commandName, isJSON: command.owner.json, isApplied: command.owner.apply,
            write: write)
        do {
            let arguments = [tool] + (command.owner.config.map { ["--config", $0] } ?? [])
            let outcome = try SettingsLoader.load(
                program: tool, arguments: arguments, environment: environment, unknownKeys: .ignored
            ) { reader in
                let place = PostgresAccess(&reader, user: "parley_owner")
                let folder = reader.optionalString("migrations.path", help: "Folder of the schema's migrations.")
                return (place, folder)
            }
            guard case .loaded((let place, let folder)) = outcome else { return AdminExit.ok }
            try await command.perform(
                OwnerAccess(database: place.database(named: tool), report: report, migrations: folder))
            return AdminExit.ok
        } catch {
            let failure = AdminFailure(error, tool: tool)
            report.note(failure.text)
            return failure.status
        }
    }
}

extension PostgresAccess {
    fileprivate func database(named name: String) -> DatabaseSettings {
        let encryption: DatabaseSettings.Encryption =
            if let file = authority { .verified(authorityFile: file) } else { .off }
        var settings = DatabaseSettings(
            host: host, port: port, database: database, user: user, passwordFile: passwordFile, encryption: encryption)
        settings.applicationName = name
        return settings
    }
}
