// SPDX-License-Identifier: Apache-2.0

import Postgres
import Primitives
import TestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct TransactionTests {
    private struct Refusal: Error {}

    private let mine = SequentialIdentifiers(source: 9).make(OrganisationID.self)

    private func count(_ database: Database) async throws -> Int {
        try await database.query("SELECT count(*) FROM auth.notes", tenant: mine, deadline: soon())[0].get(0)
    }

    private func insert(_ id: Int) -> SQL { "INSERT INTO auth.notes VALUES (\(mine), \(id), 'a')" }

    @Test func returningCommitsAndThrowingRollsBack() async throws {
        try await withDatabase { database, _ in
            let value = try await database.transaction(tenant: mine, deadline: soon()) { transaction in
                try await transaction.query(insert(1))
                try await transaction.pipeline([insert(2), insert(3)])
                return 7
            }
            #expect(value == 7)
            #expect(try await count(database) == 3)
            await #expect(throws: Refusal.self) {
                try await database.transaction(tenant: mine, deadline: soon()) { transaction in
                    try await transaction.query(insert(4))
                    throw Refusal()
                }
            }
            #expect(try await count(database) == 3)
        }
    }

    /// A body that swallows an error must not believe that it committed.
    @Test func swallowedFailureDoesNotCommit() async throws {
        try await withDatabase { database, _ in
            let kind = try await failure {
                try await database.transaction(tenant: mine, deadline: soon()) { transaction in
                    try await transaction.query(insert(1))
                    _ = try? await transaction.query("SELECT 1/0")
                }
            }
            #expect(kind == .other("25P02"))
            #expect(try await count(database) == 0)
        }
    }

    @Test func statementsSentTogetherHappenTogether() async throws {
        try await withDatabase(connections: 1) { database, _ in
            try await database.atomically([insert(1), insert(2)], tenant: mine, deadline: soon())
            #expect(try await count(database) == 2)
            let kind = try await failure {
                try await database.atomically([insert(3), insert(1), insert(4)], tenant: mine, deadline: soon())
            }
            #expect(kind == .constraint("notes_pkey"))
            #expect(try await count(database) == 2)
        }
    }

    @Test func emptyTransactionCostsNothing() async throws {
        try await withDatabase(connections: 1) { database, _ in
            for _ in 0..<3 {
                let value = try await database.transaction(tenant: mine, deadline: soon()) { _ in 1 }
                #expect(value == 1)
            }
            #expect(try await count(database) == 0)
        }
    }

    /// More transactions than connections wait their turn, and single statements go on meanwhile.
    @Test func transactionsWaitAndStatementsGoOn() async throws {
        try await withDatabase(connections: 2) { database, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        try await database.transaction(tenant: mine, deadline: soon()) { transaction in
                            try await transaction.query(insert(index))
                            try await transaction.query("SELECT pg_sleep(0.005)")
                        }
                    }
                    group.addTask { _ = try await count(database) }
                }
                try await group.waitForAll()
            }
            #expect(try await count(database) == 40)
        }
    }

    /// Two transactions that read the same and write on it cannot both be right.
    @Test func conflictingSerializableTransactionsAreTold() async throws {
        try await withDatabase(connections: 3) { database, _ in
            try await database.query(insert(1), tenant: mine, deadline: soon())
            let kind = try await failure {
                try await database.transaction(tenant: mine, deadline: soon(), isolation: .serializable) { first in
                    _ = try await first.query("SELECT content FROM auth.notes WHERE id = 1")
                    try await database.query(
                        "UPDATE auth.notes SET content = 'b' WHERE id = 1", tenant: mine, deadline: soon())
                    try await first.query("UPDATE auth.notes SET content = 'c' WHERE id = 1")
                }
            }
            #expect(kind == .serialization)
        }
    }

    @Test func deadlineRollsBackAndFreesTheConnection() async throws {
        try await withDatabase(connections: 1) { database, _ in
            let kind = try await failure {
                try await database.transaction(tenant: mine, deadline: soon(.milliseconds(150))) { transaction in
                    try await transaction.query(insert(1))
                    try await transaction.query("SELECT pg_sleep(5)")
                }
            }
            #expect(kind == .deadline)
            #expect(try await count(database) == 0)
        }
    }

    @Test func cancelledTransactionRollsBack() async throws {
        try await withDatabase(connections: 1) { database, _ in
            let outcome = try await withThrowingTaskGroup(of: DatabaseFailure.Kind?.self) { group in
                group.addTask {
                    try await failure {
                        try await database.transaction(tenant: mine, deadline: soon()) { transaction in
                            try await transaction.query(insert(1))
                            withUnsafeCurrentTask { $0?.cancel() }
                            try await transaction.query("SELECT pg_sleep(2)")
                        }
                    }
                }
                return try await group.next() ?? nil
            }
            #expect(outcome == .cancelled)
            #expect(try await count(database) == 0)
        }
    }
}
