// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Primitives
import Synchronization
import Testing

private enum SampleSchema: MigratedSchema {
    static let service = PeerName.auth
    static let schema = "auth"
    static let folder = "Services/Auth/Migrations"
}

@Suite struct MigrateCommandTests {
    @Test func anUnreachableDatabaseIsTold() async throws {
        let output = Mutex("")
        let command = try MigrateCommand<SampleSchema>.parse(["--migrations", "/nowhere"])
        let status = await MigrateCommand<SampleSchema>.status(
            of: command, environment: ["PARLEY_POSTGRES_HOST": "127.0.0.1", "PARLEY_POSTGRES_PORT": "1"],
            write: { text, _ in output.withLock { $0 += text } })
        #expect(status == AdminExit.refused)
        #expect(output.withLock { $0 }.contains("/nowhere"))
    }

    @Test func wrongSettingsAreToldTogether() async throws {
        let output = Mutex("")
        let command = try MigrateCommand<SampleSchema>.parse([])
        let environment = ["PARLEY_POSTGRES_PORT": "many", "PARLEY_POSTGRES_PASSWORD_FILE": "/nowhere"]
        let status = await MigrateCommand<SampleSchema>.status(
            of: command, environment: environment, write: { text, _ in output.withLock { $0 += text } })
        #expect(status == AdminExit.usage)
        #expect(output.withLock { $0 }.contains("postgres.port"))
        #expect(output.withLock { $0 }.contains("postgres.password_file"))
    }
}
