// SPDX-License-Identifier: Apache-2.0

import Logging
import Postgres
import Primitives
import TestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct AvailabilityTests {
    private let time = SystemTime()

    /// Goal: a passed deadline frees the caller at once, the server stops working for nobody, and the connection
    /// serves the next one.
    @Test func deadlineFreesTheCallerAndTheServer() async throws {
        try await withDatabase(connections: 1) { database, _ in
            try await database.query("SELECT 1", tenant: nil, deadline: soon())
            let start = time.now()
            do throws(DatabaseFailure) {
                try await database.query("SELECT pg_sleep(20)", tenant: nil, deadline: soon(.milliseconds(100)))
                Issue.record("it should have failed")
            } catch {
                // Ours or the server's own, whichever came first on a busy machine.
                #expect(error.kind == .deadline)
            }
            #expect(time.now() - start < .seconds(10))
            try await database.query("SELECT 1", tenant: nil, deadline: soon())
            #expect(time.now() - start < .seconds(15))
        }
    }

    @Test func passedDeadlineIsNeverSent() async throws {
        try await withDatabase { database, _ in
            do throws(DatabaseFailure) {
                try await database.query("SELECT 1", tenant: nil, deadline: soon(.milliseconds(-1)))
                Issue.record("it should have failed")
            } catch {
                #expect(error.kind == .deadline)
                #expect(!error.mayHaveHappened)
            }
        }
    }

    @Test func cancellationFreesTheCaller() async throws {
        try await withDatabase(connections: 1) { database, _ in
            let start = time.now()
            let kind = try await withThrowingTaskGroup(of: DatabaseFailure.Kind?.self) { group in
                group.addTask {
                    try await failure {
                        try await database.query(
                            "SELECT pg_sleep(20)", tenant: nil, deadline: soon(.seconds(20)))
                    }
                }
                group.cancelAll()
                return try await group.next() ?? nil
            }
            #expect(kind == .cancelled)
            #expect(time.now() - start < .seconds(10))
            try await database.query("SELECT 1", tenant: nil, deadline: soon())
        }
    }

    /// The cancellation then arrives before the statement does.
    @Test func cancelledTaskAsksInVain() async throws {
        try await withDatabase { database, _ in
            let kinds = try await withThrowingTaskGroup(of: DatabaseFailure.Kind?.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        withUnsafeCurrentTask { $0?.cancel() }
                        return try await failure {
                            if index % 2 == 0 {
                                try await database.query("SELECT 1", tenant: nil, deadline: soon())
                            } else {
                                try await database.transaction(tenant: nil, deadline: soon()) { _ in }
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds.allSatisfy { $0 == .cancelled })
            try await database.query("SELECT 1", tenant: nil, deadline: soon())
        }
    }

    @Test func fullQueueRefuses() async throws {
        try await withDatabase(connections: 1, configure: { $0.queueLimit = 4 }) { database, _ in
            let kinds = try await withThrowingTaskGroup(of: DatabaseFailure.Kind?.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await failure {
                            try await database.query("SELECT pg_sleep(0.1)", tenant: nil, deadline: soon())
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds.contains(.overloaded))
            #expect(kinds.contains(nil))
            try await database.query("SELECT 1", tenant: nil, deadline: soon())
        }
    }

    /// Goal: a killed server fails what was on its way, at once and as "unavailable", and is found again without
    /// anybody's help; a transaction it interrupted left nothing.
    @Test func killedServerIsFoundAgain() async throws {
        let server = ThrowawayPostgres()
        try await withDatabase(server: server, connections: 3) { database, _ in
            let mine = SequentialIdentifiers(source: 3).make(OrganisationID.self)
            try await database.query("SELECT 1", tenant: nil, deadline: soon())
            async let statement = failure {
                try await database.query("SELECT pg_sleep(30)", tenant: nil, deadline: soon(.seconds(30)))
            }
            async let transaction = failure {
                try await database.transaction(tenant: mine, deadline: soon(.seconds(30))) { transaction in
                    try await transaction.query("INSERT INTO auth.notes VALUES (\(mine), 1, 'a')")
                    try await transaction.query("SELECT pg_sleep(30)")
                }
            }
            try await eventually {
                try await database.query(
                    "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND wait_event = 'PgSleep'",
                    tenant: nil, deadline: soon()
                ).count == 2
            }
            try await server.kill()
            #expect(try await statement == .unavailable)
            #expect(try await transaction == .unavailable)
            let start = time.now()
            let kind = try await failure {
                try await database.query("SELECT 1", tenant: nil, deadline: soon(.seconds(30)))
            }
            #expect(kind == .unavailable)
            #expect(time.now() - start < .seconds(10))
            #expect(!database.isHealthy)
            try await server.restart()
            try await eventually {
                try await database.query("SELECT 1", tenant: nil, deadline: soon()).count == 1
            }
            let rows = try await database.query("SELECT 1 FROM auth.notes", tenant: mine, deadline: soon())
            #expect(rows.isEmpty)
        }
        try await server.discard()
    }

    @Test func sessionKilledByTheOperatorIsReplaced() async throws {
        try await withDatabase(connections: 2) { database, fresh in
            try await database.query("SELECT 1", tenant: nil, deadline: soon())
            try await fresh.prepare(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE usename = 'parley_auth' AND datname = current_database()
                """)
            try await eventually {
                try await database.query("SELECT 1", tenant: nil, deadline: soon()).count == 1
            }
        }
    }

    @Test func unknownHostAndWrongPasswordAreUnavailable() async throws {
        try await withDatabase { _, fresh in
            var settings = fresh.settings(as: "parley_auth")
            settings.host = "no-such-host.invalid"
            let lost = Database(settings, logger: Logger(label: "test"))
            let unknown = try await failure { try await lost.query("SELECT 1", tenant: nil, deadline: soon()) }
            #expect(unknown == .unavailable)
            await lost.shutdown()
            settings = fresh.settings(as: "parley_nobody")
            let stranger = Database(settings, logger: Logger(label: "test"))
            let refused = try await failure { try await stranger.query("SELECT 1", tenant: nil, deadline: soon()) }
            #expect(refused == .unavailable)
            await stranger.shutdown()
        }
    }

    /// A name is resolved off the reactor, and a name that means several addresses is tried one after the other.
    @Test func hostNameWorksAsAnAddressDoes() async throws {
        try await withDatabase(configure: { $0.host = "localhost" }) { database, _ in
            try await eventually {
                try await database.query("SELECT 1", tenant: nil, deadline: soon()).count == 1
            }
        }
    }

    @Test func stoppedClientRefusesAndLetsRunningStatementsEnd() async throws {
        try await withDatabase { database, fresh in
            try await database.query("SELECT 1", tenant: nil, deadline: soon())
            async let running = failure {
                try await database.query("SELECT pg_sleep(2)", tenant: nil, deadline: soon(.seconds(30)))
            }
            try await eventually {
                // Seen from outside, because a statement of our own may stand in line behind the one that sleeps; and
                // divided by, because that is how SQL alone can fail.
                let look = """
                    SELECT 1 / count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event = 'PgSleep'
                    """
                return (try? await fresh.prepare(look)) != nil
            }
            await database.shutdown()
            #expect(try await running == nil)
            let kind = try await failure { try await database.query("SELECT 1", tenant: nil, deadline: soon()) }
            #expect(kind == .unavailable)
        }
    }

    /// Tries until it holds; each try waits for the server by itself.
    private func eventually(_ holds: () async throws -> Bool) async throws {
        let end = soon(.seconds(30))
        while !end.hasPassed(at: time.now()) {
            do { if try await holds() { return } } catch is DatabaseFailure {}
        }
        Issue.record("it never came true")
    }
}
