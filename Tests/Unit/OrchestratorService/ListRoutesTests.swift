// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct ListRoutesTests {
        @Test func routesAreListedAndOfferedAsModels() async throws {
            let ensemble = Ensemble()
            try await ensemble.lead("assistant", to: RoutePool(model: "m"))
            let reply = try await ensemble.admin.listRoutes(ListRoutesRequest(), ensemble.context())
            #expect(reply.routes.map(\.name) == ["assistant"] && reply.routes[0].pools.map(\.model) == ["m"])
            let models = try await ensemble.client.listModels(ListModelsRequest(), ensemble.context()).models
            #expect(models.map(\.name) == ["assistant", "e", "m"] && models[0].contextTokens == 2_048)
        }
    }
}
