// SPDX-License-Identifier: Apache-2.0

import Logging
import Postgres
import Primitives
import TestKit
import Testing

@Suite struct QueryTests {
    @Test func selectsOne() async throws {
        let fresh = try await ThrowawayPostgres.shared.database()
        let database = Database(fresh.settings(as: "parley_auth"), logger: Logger(label: "test"))
        let rows = try await database.query(
            "SELECT \("hello")::text, \(42)", tenant: nil, deadline: .after(.seconds(5), from: SystemTime().now()))
        #expect(try rows[0].get(0, as: String.self) == "hello")
        #expect(try rows[0].get(1, as: Int.self) == 42)
        await database.shutdown()
        try await fresh.drop()
    }
}
