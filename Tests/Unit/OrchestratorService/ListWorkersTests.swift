// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import OrchestratorScheduling
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct ListWorkersTests {
        @Test func theFleetIsShownAsItIs() async throws {
            let ensemble = Ensemble()
            ensemble.parts.fleet.lost(WorkerAddress(rawValue: "worker:1"))
            let reply = try await ensemble.admin.listWorkers(ListWorkersRequest(), ensemble.context())
            #expect(reply.workers.map(\.address) == ["worker:0", "worker:1"])
            #expect(reply.workers.map(\.state) == ["ready", "connecting"])
        }
    }
}
