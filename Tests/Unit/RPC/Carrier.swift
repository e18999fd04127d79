// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC

/// What carries the calls of a contract test.
enum Carrier: String, CaseIterable, Sendable {
    case inProcess

    static var all: [Carrier] { allCases }

    /// Starts an echo service, calls it as the gateway, and ends both.
    func run(_ body: (RPCClient, EchoService) async throws -> Void) async throws {
        let service = EchoService()
        let transport = InProcessTransport(table: service.table, caller: .gateway)
        defer { transport.close() }
        try await transport.client.connected(until: .after(.seconds(20), from: SystemTime().now()))
        try await body(transport.client, service)
    }
}
