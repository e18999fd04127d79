// SPDX-License-Identifier: Apache-2.0

import Clients
import Logging
import ModerationService
import Postgres
import Primitives
import RPC
import TestKit

/// The service on a real Postgres, called as its peers call it, without sockets.
struct ModerationFixture {
    var fresh: FreshDatabase
    var database: Database
    var peers: ModerationClient
    var admin: ModerationAdminClient

    init() async throws {
        fresh = try await ThrowawayPostgres.shared.database(migrating: ["moderation"])
        database = Database(fresh.settings(as: "parley_moderation"), logger: Logger(label: "test"))
        let service = ModerationService(
            database: database, time: SystemTime(), identifiers: SequentialIdentifiers(),
            logger: Logger(label: "test"))
        peers = ModerationClient(.inProcess(table: service.methods, caller: .orchestrator))
        admin = ModerationAdminClient(.inProcess(table: service.methods, caller: .moderation.admin))
    }

    func close() async throws {
        await database.shutdown()
        try await fresh.drop()
    }
}

extension ModerationFixture {
    func context(_ organisation: OrganisationID) -> CallContext {
        var random = SystemRandomNumberGenerator()
        let id = UUIDv7(high: 1, low: 1)
        return CallContext(
            deadline: .after(.seconds(10), from: SystemTime().now()), trace: TraceContext(random: &random),
            principal: Principal(
                organisation: organisation, project: ProjectID(id), user: UserID(id), key: nil, plan: .free,
                scopes: []))
    }

    func organisation(_ number: UInt64) -> OrganisationID { OrganisationID(UUIDv7(high: 9, low: number)) }

    /// Runs `body` with a fixture and closes it, whatever happens.
    static func use(_ body: (ModerationFixture) async throws -> Void) async throws {
        let fixture = try await ModerationFixture()
        do {
            try await body(fixture)
        } catch {
            try await fixture.close()
            throw error
        }
        try await fixture.close()
    }
}
