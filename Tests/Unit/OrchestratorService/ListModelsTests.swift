// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct ListModelsTests {
        @Test func modelsAreListedOnceAndStayKnown() async throws {
            let ensemble = Ensemble()
            for worker in ensemble.workers.keys { ensemble.parts.fleet.lost(worker) }
            let reply = try await ensemble.client.listModels(ListModelsRequest(), ensemble.context())
            #expect(reply.models.map(\.name) == ["e", "m"])
            #expect(reply.models.map(\.kind) == ["embedding", "chat"])
            #expect(reply.models.map(\.contextTokens) == [512, 2_048])
        }
    }
}
