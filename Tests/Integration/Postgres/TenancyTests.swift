// SPDX-License-Identifier: Apache-2.0

import Postgres
import Primitives
import TestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct TenancyTests {
    private let ids = SequentialIdentifiers(source: 7)

    /// Goal: a tenant sees its own rows and no other's, whoever else's statements share the connection.
    /// Method: a thousand tenants write and read on ONE connection, all at once and in no order, and ask without a
    /// WHERE. Between them go calls without a tenant, which must see nothing.
    @Test func thousandTenantsShareAConnectionAndNothingElse() async throws {
        try await withDatabase(connections: 1) { database, _ in
            let tenants = (0..<1_000).map { _ in ids.make(OrganisationID.self) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, tenant) in tenants.enumerated() {
                    group.addTask {
                        try await database.query(
                            "INSERT INTO auth.notes VALUES (\(tenant), \(index), \("note \(index)"))", tenant: tenant,
                            deadline: soon())
                    }
                }
                try await group.waitForAll()
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, tenant) in tenants.shuffled().enumerated() {
                    group.addTask {
                        let rows = try await database.query(
                            "SELECT organisation_id FROM auth.notes", tenant: tenant, deadline: soon())
                        #expect(rows.count == 1)
                        #expect(try rows[0].get(0) == tenant)
                    }
                    guard index % 10 == 0 else { continue }
                    group.addTask {
                        let rows = try await database.query(
                            "SELECT organisation_id FROM auth.notes", tenant: nil, deadline: soon())
                        #expect(rows.isEmpty)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func rowOfAnotherTenantCannotBeWrittenOrChanged() async throws {
        try await withDatabase { database, _ in
            let (mine, theirs) = (ids.make(OrganisationID.self), ids.make(OrganisationID.self))
            try await database.query(
                "INSERT INTO auth.notes VALUES (\(theirs), 1, 'theirs')", tenant: theirs, deadline: soon())
            let kind = try await failure {
                try await database.query(
                    "INSERT INTO auth.notes VALUES (\(theirs), 2, 'forged')", tenant: mine, deadline: soon())
            }
            #expect(kind == .permission)
            let unset = try await failure {
                try await database.query(
                    "INSERT INTO auth.notes VALUES (\(theirs), 2, 'forged')", tenant: nil, deadline: soon())
            }
            #expect(unset == .permission)
            let changed = try await database.query(
                "UPDATE auth.notes SET content = 'changed'", tenant: mine, deadline: soon())
            #expect(changed.affected == 0)
        }
    }

    /// The tenant of a transaction ends with it, whether it commits or fails.
    @Test func transactionsLeaveNoTenantBehind() async throws {
        try await withDatabase(connections: 1) { database, _ in
            let mine = ids.make(OrganisationID.self)
            try await database.transaction(tenant: mine, deadline: soon()) { transaction in
                try await transaction.query("INSERT INTO auth.notes VALUES (\(mine), 1, 'a')")
                let visible = try await transaction.query("SELECT 1 FROM auth.notes").count
                #expect(visible == 1)
            }
            _ = try await failure {
                try await database.transaction(tenant: mine, deadline: soon()) { transaction in
                    _ = try await transaction.query("SELECT 1/0")
                }
            }
            let rows = try await database.query("SELECT 1 FROM auth.notes", tenant: nil, deadline: soon())
            #expect(rows.isEmpty)
            let setting = try await database.query(
                "SELECT current_setting('parley.org', true)", tenant: nil, deadline: soon())
            #expect(try setting[0].get(0, as: String.self).isEmpty)
        }
    }

    /// The one way across tenants: a function of the owner's, and a policy that lets the owner do just that.
    @Test func definerFunctionSeesWhatItsPolicyAllowsAndNothingElseDoes() async throws {
        try await withDatabase { database, fresh in
            let mine = ids.make(OrganisationID.self)
            try await database.query(
                "INSERT INTO auth.notes VALUES (\(mine), 1, 'the one')", tenant: mine, deadline: soon())
            try await fresh.prepare(
                """
                SET ROLE parley_owner;
                CREATE POLICY lookup ON auth.notes FOR SELECT TO parley_owner USING (true);
                CREATE FUNCTION auth.find_note(wanted text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
                    SET search_path = pg_catalog AS 'SELECT organisation_id FROM auth.notes WHERE content = wanted';
                REVOKE ALL ON FUNCTION auth.find_note FROM PUBLIC;
                GRANT EXECUTE ON FUNCTION auth.find_note TO parley_auth;
                """)
            let found = try await database.query(
                "SELECT auth.find_note(\("the one"))", tenant: nil, deadline: soon())
            #expect(try found[0].get(0) == mine)
            let direct = try await database.query("SELECT 1 FROM auth.notes", tenant: nil, deadline: soon())
            #expect(direct.isEmpty)
        }
    }

    @Test func servicesOwnNothingAndStayInTheirSchema() async throws {
        try await withDatabase { database, _ in
            for statement: SQL in [
                "ALTER TABLE auth.notes DISABLE ROW LEVEL SECURITY", "DROP TABLE auth.notes",
                "CREATE TABLE auth.mine ()", "CREATE TABLE public.mine ()", "SELECT * FROM auth.migrations",
                "CREATE SCHEMA mine", "SET ROLE parley_owner",
            ] {
                let kind = try await failure {
                    try await database.query(statement, tenant: nil, deadline: soon())
                }
                // Either a privilege is missing, or the table was never there.
                #expect(kind == .permission || kind == .syntax("42P01"), "\(statement.text)")
            }
            let other = try await failure {
                try await database.query("CREATE TABLE billing.mine ()", tenant: nil, deadline: soon())
            }
            #expect(other == .permission)
        }
    }
}
