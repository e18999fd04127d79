// SPDX-License-Identifier: Apache-2.0

import Clients
import GatewayService
import Messages
import Primitives
import RPC
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FlushKeysTests {
    @Test func flushedKeyIsAskedAboutAgain() async throws {
        let gateway = try await GatewayFixture()
        #expect(try await gateway.chat().status == 200)
        let client = GatewayAdminClient(.inProcess(table: gateway.service.methods, caller: PeerName.gateway.admin))
        let context = CallContext(
            deadline: .after(.seconds(5), from: SystemTime().now()),
            trace: TraceContext(traceHigh: 0, traceLow: 1, span: 1, isSampled: false))
        #expect(try await client.flushKeys(FlushKeysRequest(), context).forgotten == 1)
        #expect(gateway.service.principals.cachedKeys == 0)
    }

    @Test func onlyTheAdminToolMayFlush() async throws {
        let gateway = try await GatewayFixture()
        let client = GatewayAdminClient(.inProcess(table: gateway.service.methods, caller: .orchestrator))
        let context = CallContext(
            deadline: .after(.seconds(5), from: SystemTime().now()),
            trace: TraceContext(traceHigh: 0, traceLow: 1, span: 1, isSampled: false))
        let failure = await #expect(throws: Failure.self) { try await client.flushKeys(FlushKeysRequest(), context) }
        #expect(failure?.code == .permissionDenied)
    }
}
