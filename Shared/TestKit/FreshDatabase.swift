// SPDX-License-Identifier: Apache-2.0

package import Postgres

/// A database of one suite's own.
package struct FreshDatabase: Sendable {
    static let services = [
        "auth": "Auth", "billing": "Billing", "moderation": "Moderation", "retriever": "Retriever",
        "conversations": "Orchestrator",
    ]
    static let roles = [
        "parley_auth", "parley_billing", "parley_moderation", "parley_retriever", "parley_orchestrator",
    ]

    package let name: String
    package let port: Int
    let passwordFile: String
    let server: ThrowawayPostgres

    /// How to connect as one of the roles, or as `postgres`, the superuser.
    package func settings(as role: String) -> DatabaseSettings {
        DatabaseSettings(host: "127.0.0.1", port: port, database: name, user: role, passwordFile: passwordFile)
    }

    /// Runs SQL as the superuser, for setting up and for looking.
    package func prepare(_ sql: String) async throws {
        let (name, port) = (name, port)
        try await runBlocking { try ThrowawayPostgres.psql(port, name, sql) }
    }

    package func drop() async throws { try await server.drop(name, port) }
}
