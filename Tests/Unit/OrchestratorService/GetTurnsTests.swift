// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct GetTurnsTests {
        @Test func turnsAreCountedByState() async throws {
            try await Ensemble().run { ensemble in
                _ = try await ensemble.start(ensemble.request("Hi"))
                try await ensemble.parts.relay.relayOnce()
                let reply = try await ensemble.admin.getTurns(GetTurnsRequest(), ensemble.context())
                #expect(reply.settled == 1 && reply.running == 0 && reply.outboxWaiting == 0)
            }
        }
    }
}
