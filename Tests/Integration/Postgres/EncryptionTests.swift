// SPDX-License-Identifier: Apache-2.0

import Postgres
import Primitives
import TLS
import TestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct EncryptionTests {
    /// Goal: TLS means TLS to the right server. Method: a server that demands it, with a certificate for `localhost`;
    /// trust in its authority connects, trust in another's or none of it does not.
    @Test func onlyAProvenServerIsTalkedTo() async throws {
        let authority = try TestAuthority()
        let stranger = try TestAuthority()
        let server = ThrowawayPostgres(identity: try authority.identity("localhost"))
        func kind(host: String, _ encryption: DatabaseSettings.Encryption) async throws -> DatabaseFailure.Kind? {
            var found: DatabaseFailure.Kind?
            try await withDatabase(
                server: server, connections: 1,
                configure: { settings in
                    settings.host = host
                    settings.encryption = encryption
                },
                { database, _ in
                    found = try await failure {
                        let rows = try await database.query(
                            "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()", tenant: nil,
                            deadline: soon())
                        #expect(try rows[0].get(0, as: String.self) == "TLSv1.3")
                    }
                })
            return found
        }
        #expect(try await kind(host: "localhost", .verified(authorityFile: authority.authorityFile)) == nil)
        #expect(try await kind(host: "localhost", .unverified) == nil)
        #expect(
            try await kind(host: "localhost", .verified(authorityFile: stranger.authorityFile)) == .unavailable)
        #expect(
            try await kind(host: "127.0.0.1", .verified(authorityFile: authority.authorityFile)) == .unavailable)
        #expect(try await kind(host: "localhost", .off) == .unavailable)
        try await server.discard()
    }
}
