// SPDX-License-Identifier: Apache-2.0

import Clients
import GatewayService
import Messages
import Primitives
import RPC
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct GetStatusTests {
    @Test func statusCountsWhatWasServed() async throws {
        let gateway = try await GatewayFixture()
        #expect(try await gateway.chat().status == 200)
        let client = GatewayAdminClient(.inProcess(table: gateway.service.methods, caller: PeerName.gateway.admin))
        let context = CallContext(
            deadline: .after(.seconds(5), from: SystemTime().now()),
            trace: TraceContext(traceHigh: 0, traceLow: 1, span: 1, isSampled: false))
        let status = try await client.getStatus(GetStatusRequest(), context)
        #expect(status.requests == 1 && status.cachedKeys == 1 && status.openStreams == 0)
        #expect(status.services.map(\.service) == ["auth", "billing", "retriever", "orchestrator"])
        #expect(status.services.allSatisfy { $0.connections == 1 })
        #expect(status.startedAtUs == gateway.time.timestamp().microseconds)
    }
}
