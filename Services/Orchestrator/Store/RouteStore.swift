// SPDX-License-Identifier: Apache-2.0

import Messages
package import OrchestratorDomain
package import Postgres
package import Primitives

/// Where routes are kept. A protocol so that the book can be tested without a database.
package protocol RouteKeeping: Sendable {
    func routes(deadline: Deadline) async throws -> [ModelRoute]
    func set(_ route: ModelRoute, deadline: Deadline) async throws
    /// - Returns: whether there was one.
    func remove(_ name: String, deadline: Deadline) async throws -> Bool
}

package struct RouteStore: RouteKeeping {
    private let database: Database
    package init(_ database: Database) { self.database = database }

    /// More routes than anybody keeps in mind; what is beyond is not read.
    private static let most: Int32 = 1_000

    package func routes(deadline: Deadline) async throws -> [ModelRoute] {
        let rows = try await database.query(
            "SELECT definition FROM conversations.model_routes ORDER BY name LIMIT \(Self.most)", tenant: nil,
            deadline: deadline)
        return try rows.map { row in
            let bytes = try row.get(0, as: [UInt8].self)
            return ModelRoute(try bytes.withUnsafeBytes { try RouteRow(decoding: $0) })
        }
    }

    package func set(_ route: ModelRoute, deadline: Deadline) async throws {
        let definition = RouteRow(route).withEncoded { Array($0) }
        _ = try await database.query(
            """
            INSERT INTO conversations.model_routes (name, definition) VALUES (\(route.name), \(definition))
            ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, updated_at = now()
            """, tenant: nil, deadline: deadline)
    }

    package func remove(_ name: String, deadline: Deadline) async throws -> Bool {
        let rows = try await database.query(
            "DELETE FROM conversations.model_routes WHERE name = \(name) RETURNING name", tenant: nil,
            deadline: deadline)
        return !rows.isEmpty
    }
}
