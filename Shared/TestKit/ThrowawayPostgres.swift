// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Postgres
import Primitives
import Synchronization
package import TLS

/// A real Postgres of this process's own, made by the first test that asks and gone with the process.
///
/// It has the roles, schemas and grants of `Deploy/Postgres/roles.sql`, applied the way `make up` applies them. Each
/// suite gets a fresh database. What only protects from a power cut is off, which makes it several times
/// faster; what was committed survives a killed server.
package final class ThrowawayPostgres: Sendable {
    /// The server most tests share.
    package static let shared = ThrowawayPostgres()

    private struct Running {
        var server: ServerProcess?
        var port: Int
        var folder: String
    }

    private let running = Mutex<Running?>(nil)
    private let count = Atomic<Int>(0)
    /// Every role's, the superuser's too.
    private static let password = "throwaway"

    private let identity: TLSIdentity?

    /// A server of a test's own, for tests that kill it. With an identity it offers TLS, and refuses to do without it
    /// to everybody but the superuser.
    package init(identity: TLSIdentity? = nil) { self.identity = identity }

    /// Makes a fresh database and brings it up to date with these services' migrations.
    /// - Parameter schemas: schemas by name, such as `auth`; each has one service, whose migrations are run.
    package func database(migrating schemas: [String] = []) async throws -> FreshDatabase {
        let (port, folder) = try await runBlocking { try self.ensureRunning() }
        let name = "suite_\(getpid())_\(count.add(1, ordering: .relaxed).newValue)"
        let fresh = FreshDatabase(
            name: name, port: port, passwordFile: folder + "/password", server: self)
        try await runBlocking {
            try Self.psql(
                port, "postgres", "CREATE DATABASE \(name) TEMPLATE parley OWNER parley_owner",
                "REVOKE ALL ON DATABASE \(name) FROM PUBLIC",
                "GRANT CONNECT ON DATABASE \(name) TO \(FreshDatabase.roles.joined(separator: ", "))")
        }
        let runner = MigrationRunner(
            database: fresh.settings(as: "parley_owner"), logger: Logger(label: "migrations"))
        for schema in schemas {
            guard let service = FreshDatabase.services[schema] else {
                throw TestKitFailure("no service has the schema \(schema)")
            }
            _ = try await runner.run(folder: "\(TestFolder.repository)/Services/\(service)/Migrations", schema: schema)
        }
        return fresh
    }

    /// Kills the server as a power cut would, or as `pg_ctl stop -m immediate`.
    package func kill() async throws {
        try await runBlocking {
            self.running.withLock { running in
                running?.server?.end()
                running?.server = nil
            }
        }
    }

    /// Starts it again on the same port, with what it had.
    package func restart() async throws {
        try await runBlocking {
            try self.running.withLock { running in
                guard let current = running else { throw TestKitFailure("the server was never started") }
                current.server?.end()
                running?.server = try Self.start(folder: current.folder, port: current.port)
            }
        }
    }

    /// Ends the server for good and deletes what it had.
    package func discard() async throws {
        try await runBlocking {
            self.running.withLock { running in
                running?.server?.end()
                if let running { TestFolder.remove(running.folder) }
                running = nil
            }
        }
    }

    /// Runs each statement by itself: CREATE DATABASE wants to be alone.
    static func psql(_ port: Int, _ database: String, _ statements: String...) throws {
        try ChildProcess.run(
            [
                "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "\(port)", "-U", "postgres", "-d",
                database,
            ] + statements.flatMap { ["-c", $0] }, environment: ["PGPASSWORD": password])
    }

    func drop(_ name: String, _ port: Int) async throws {
        try await runBlocking { try Self.psql(port, "postgres", "DROP DATABASE IF EXISTS \(name) WITH (FORCE)") }
    }

    // MARK: Starting

    private func ensureRunning() throws -> (port: Int, folder: String) {
        try running.withLock { running in
            if let running { return (running.port, running.folder) }
            let port = try FreePort.find()
            let folder = try TestFolder.make("postgres", owner: ServerAccount.uid)
            try initialise(folder, port)
            let server = try Self.start(folder: folder, port: port)
            let words = Dictionary(
                uniqueKeysWithValues: (FreshDatabase.roles + ["parley_owner"]).map {
                    ("\($0.uppercased())_PASSWORD", Self.password)
                })
            try ChildProcess.run(
                [
                    "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "\(port)", "-U", "postgres",
                    "-d", "postgres", "-f", "\(TestFolder.repository)/Deploy/Postgres/roles.sql",
                ],
                environment: words.merging(["PGPASSWORD": Self.password]) { first, _ in first })
            running = Running(server: server, port: port, folder: folder)
            return (port, folder)
        }
    }

    private func initialise(_ folder: String, _ port: Int) throws {
        try TestFolder.write(Self.password, to: folder + "/password", owner: ServerAccount.uid)
        try ChildProcess.run(
            ServerAccount.command([
                try Self.binaries() + "/initdb", "-D", folder + "/data", "-U", "postgres",
                "--pwfile=\(folder)/password",
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
            ]), environment: ["HOME": folder], folder: folder)
        var settings = """
            listen_addresses = '127.0.0.1'
            port = \(port)
            unix_socket_directories = '\(folder)'
            max_connections = 200
            shared_buffers = '32MB'
            fsync = off
            full_page_writes = off
            timezone = 'UTC'

            """
        if let identity {
            try identity.copy(to: folder, owner: ServerAccount.uid)
            settings += "ssl = on\nssl_cert_file = '\(folder)/server.crt'\nssl_key_file = '\(folder)/server.key'\n"
            try TestFolder.write(
                "host all postgres 127.0.0.1/32 scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
                to: folder + "/data/pg_hba.conf", owner: ServerAccount.uid)
        }
        try TestFolder.write(settings, to: folder + "/data/postgresql.conf", owner: ServerAccount.uid)
    }

    private static func start(folder: String, port: Int) throws -> ServerProcess {
        // A copy that was killed leaves its lock file behind, naming a process that is gone.
        let server = try ServerProcess(
            ServerAccount.command([try binaries() + "/postgres", "-D", folder + "/data"]), folder: folder,
            log: folder + "/log", signal: "QUIT")
        // Half a minute: a crashed copy repairs itself first, and a loaded machine takes its time.
        for _ in 0..<300 {
            if (try? psql(port, "postgres", "SELECT 1")) != nil { return server }  // Silent: not yet up.
            usleep(100_000)
        }
        let log = (try? ChildProcess.run(["tail", "-n", "20", folder + "/log"])) ?? ""
        throw TestKitFailure("Postgres did not start:\n\(log)")
    }

    /// Debian keeps the server's programs out of PATH, in a folder per version.
    private static func binaries() throws -> String {
        let newest = "ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1"
        let found = try ChildProcess.run(["sh", "-c", newest])
        let folder = found.split(separator: "\n").first.map(String.init) ?? ""
        guard !folder.isEmpty, access(folder + "/initdb", X_OK) == 0 else {
            throw TestKitFailure("no Postgres server under /usr/lib/postgresql; `make install` installs it")
        }
        return folder
    }
}
