// SPDX-License-Identifier: Apache-2.0

import Postgres
import Primitives
import TestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct StatementTests {
    private let ids = SequentialIdentifiers(source: 8)

    @Test func valuesComeBackAsTheyWent() async throws {
        try await withDatabase { database, _ in
            let id = ids.next()
            let time = Timestamp(microseconds: 1_767_225_600_123_456)
            let before = Timestamp(microseconds: -1)
            let rows = try await database.query(
                """
                SELECT \("héllo\n")::text, \(Int64.min), \(true), \(1.5), \([0, 255, 7] as [UInt8]), \(id), \(time),
                    \(before), \(["a", "", "é"]), \([1, -2] as [Int64]), \([id]), \([] as [String]),
                    \(json: Array("{\"a\": [1]}".utf8)), \(Int32(-7)), \([] as [UInt8]), \("")::text,
                    \(nil as String?)::text, \(nil as Int?), \(nil as [UInt8]?)
                """, tenant: nil, deadline: soon())
            let row = rows[0]
            #expect(try row.get(0, as: String.self) == "héllo\n")
            #expect(try row.get(1, as: Int64.self) == .min)
            #expect(try row.get(2, as: Bool.self))
            #expect(try row.get(3, as: Double.self) == 1.5)
            #expect(try row.get(4, as: [UInt8].self) == [0, 255, 7])
            #expect(try row.get(5, as: UUIDv7.self) == id)
            #expect(try row.get(6, as: Timestamp.self) == time)
            #expect(try row.get(7, as: Timestamp.self) == before)
            #expect(try row.get(8, as: [String].self) == ["a", "", "é"])
            #expect(try row.get(9, as: [Int64].self) == [1, -2])
            #expect(try row.get(10, as: [UUIDv7].self) == [id])
            #expect(try row.get(11, as: [String].self).isEmpty)
            #expect(try row.get(12, as: String.self) == "{\"a\": [1]}")
            #expect(try row.get(12, as: [UInt8].self) == Array("{\"a\": [1]}".utf8))
            #expect(try row.get(13, as: Int.self) == -7)
            #expect(try row.get(14, as: [UInt8].self).isEmpty)
            #expect(try row.get(15, as: String.self).isEmpty)
            #expect(try row.get(16, as: String?.self) == nil)
            #expect(try row.get(17, as: Int?.self) == nil)
            #expect(try row.get(18, as: [UInt8]?.self) == nil)
        }
    }

    @Test func sumsAndCountsAreWholeNumbers() async throws {
        try await withDatabase { database, _ in
            let row = try await database.query(
                """
                SELECT sum(n), count(*), sum(-n), (SELECT sum(m) FROM (VALUES (20000::bigint), (80000)) AS v(m)),
                    0::numeric, 9223372036854775807::numeric, -9223372036854775808::numeric, 1::smallint
                FROM generate_series(1::bigint, 10000) AS n
                """, tenant: nil, deadline: soon())[0]
            #expect(try row.get(0, as: Int64.self) == 50_005_000)
            #expect(try row.get(1, as: Int.self) == 10_000)
            #expect(try row.get(2, as: Int.self) == -50_005_000)
            #expect(try row.get(3, as: Int.self) == 100_000)
            #expect(try row.get(4, as: Int.self) == 0)
            #expect(try row.get(5, as: Int64.self) == .max)
            #expect(try row.get(6, as: Int64.self) == .min)
            #expect(try row.get(7, as: Int32.self) == 1)
        }
    }

    @Test func wrongTypesAreFailuresAndNotCrashes() async throws {
        try await withDatabase { database, _ in
            let row = try await database.query(
                """
                SELECT 1.5::numeric, 'NaN'::numeric, 9223372036854775808::numeric, NULL::text, 'x'::text,
                    'infinity'::timestamptz, ARRAY[1, NULL]::bigint[], ARRAY[[1], [2]]::bigint[], 3000000000::bigint
                """, tenant: nil, deadline: soon())[0]
            for column in 0..<3 { #expect(throws: DatabaseFailure.self) { try row.get(column, as: Int64.self) } }
            #expect(throws: DatabaseFailure.self) { try row.get(3, as: String.self) }
            #expect(throws: DatabaseFailure.self) { try row.get(4, as: Int.self) }
            #expect(throws: DatabaseFailure.self) { try row.get(4, as: UUIDv7.self) }
            #expect(throws: DatabaseFailure.self) { try row.get(5, as: Timestamp.self) }
            #expect(throws: DatabaseFailure.self) { try row.get(6, as: [Int64].self) }
            #expect(throws: DatabaseFailure.self) { try row.get(7, as: [Int64].self) }
            #expect(throws: DatabaseFailure.self) { try row.get(8, as: Int32.self) }
            #expect(throws: DatabaseFailure.self) { try row.get(9, as: Int.self) }
        }
    }

    /// Interpolated text is a value, whatever it looks like.
    @Test func interpolationNeverBecomesSQL() async throws {
        try await withDatabase { database, _ in
            let hostile = "'; DROP TABLE auth.notes; --"
            let row = try await database.query("SELECT \(hostile)::text", tenant: nil, deadline: soon())[0]
            #expect(try row.get(0, as: String.self) == hostile)
        }
    }

    /// C strings end at a NUL: "admin\0x" would arrive as "admin".
    @Test func embeddedNULIsRefused() async throws {
        try await withDatabase { database, _ in
            for sql: SQL in ["SELECT \("a\0b")::text", "SELECT \(["a\0b"])"] {
                let kind = try await failure { try await database.query(sql, tenant: nil, deadline: soon()) }
                #expect(kind == .invalidInput)
            }
            let broken: [UInt8] = [0xff, 0xfe]
            let kind = try await failure {
                try await database.query("SELECT convert_from(\(broken), 'UTF8')", tenant: nil, deadline: soon())
            }
            #expect(kind == .invalidInput)
        }
    }

    @Test func failuresNameTheirKind() async throws {
        try await withDatabase { database, _ in
            let mine = ids.make(OrganisationID.self)
            let insert: SQL = "INSERT INTO auth.notes VALUES (\(mine), 1, 'a')"
            try await database.query(insert, tenant: mine, deadline: soon())
            let double = try await failure { try await database.query(insert, tenant: mine, deadline: soon()) }
            #expect(double == .constraint("notes_pkey"))
            let long = try await failure {
                try await database.query(
                    "INSERT INTO auth.notes VALUES (\(mine), 2, \(String(repeating: "x", count: 200)))", tenant: mine,
                    deadline: soon())
            }
            #expect(long == .constraint("content_is_short"))
            let wrong = try await failure { try await database.query("SELEC 1", tenant: nil, deadline: soon()) }
            #expect(wrong == .syntax("42601"))
            let zero = try await failure { try await database.query("SELECT 1/0", tenant: nil, deadline: soon()) }
            #expect(zero == .other("22012"))
        }
    }

    /// What people wrote must not reach a log through an error's text.
    @Test func failureDoesNotQuoteValues() async throws {
        try await withDatabase { database, _ in
            for sql: SQL in ["SELECT \("a secret")::uuid", "SELECT \("a secret")::bigint"] {
                do throws(DatabaseFailure) {
                    try await database.query(sql, tenant: nil, deadline: soon())
                    Issue.record("it should have failed")
                } catch { #expect(!error.description.contains("secret")) }
            }
        }
    }

    /// Goal: one statement's error is nobody else's. Method: good and bad ones at once on one connection, some of the
    /// bad ones failing to prepare, others to run.
    @Test func errorInThePipelineHarmsNoNeighbour() async throws {
        try await withDatabase(connections: 1) { database, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<300 {
                    group.addTask {
                        switch index % 3 {
                        case 0:
                            let row = try await database.query("SELECT \(index)", tenant: nil, deadline: soon())[0]
                            #expect(try row.get(0, as: Int.self) == index)
                        case 1:
                            let kind = try await failure {
                                try await database.query("SELECT 1 / \(0)", tenant: nil, deadline: soon())
                            }
                            #expect(kind == .other("22012"))
                        default:
                            let kind = try await failure {
                                try await database.query("SELECT \(index) FROM nowhere", tenant: nil, deadline: soon())
                            }
                            #expect(kind == .syntax("42P01"))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// A migration may change a table under a running service. The statement planned before fails once, as one to try
    /// again, and then works.
    @Test func changedTableIsPlannedAfresh() async throws {
        try await withDatabase(connections: 1) { database, fresh in
            let mine = ids.make(OrganisationID.self)
            let sql: SQL = "SELECT * FROM auth.notes"
            try await database.query(sql, tenant: mine, deadline: soon())
            try await fresh.prepare("ALTER TABLE auth.notes ADD COLUMN more text")
            _ = try await failure { try await database.query(sql, tenant: mine, deadline: soon()) }
            let kind = try await failure { try await database.query(sql, tenant: mine, deadline: soon()) }
            #expect(kind == nil)
        }
    }

    @Test func manyDifferentStatementsStillRun() async throws {
        try await withDatabase(connections: 1) { database, _ in
            for index in 0..<400 {
                let sql = SQL(stringLiteral: "SELECT \(index)")
                let row = try await database.query(sql, tenant: nil, deadline: soon())[0]
                #expect(try row.get(0, as: Int.self) == index)
            }
        }
    }

    /// Tasks may run on the reactor itself; what they ask is answered there.
    @Test func tasksRunOnTheReactor() async throws {
        try await withDatabase { database, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask(executorPreference: database.executor) {
                        for round in 0..<5 {
                            let value = index * 10 + round
                            let row = try await database.query("SELECT \(value)", tenant: nil, deadline: soon())[0]
                            #expect(try row.get(0, as: Int.self) == value)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
