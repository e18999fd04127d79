// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct RemoveRouteTests {
        @Test func aRouteIsRemovedOnce() async throws {
            let ensemble = Ensemble()
            try await ensemble.lead("assistant", to: RoutePool(model: "m"))
            let request = RemoveRouteRequest(name: "assistant")
            #expect(try await ensemble.admin.removeRoute(request, ensemble.context()).wasThere)
            #expect(try await !ensemble.admin.removeRoute(request, ensemble.context()).wasThere)
            try await ensemble.parts.routes.readOnce()
            #expect(ensemble.parts.routes.all.isEmpty)
        }
    }
}
