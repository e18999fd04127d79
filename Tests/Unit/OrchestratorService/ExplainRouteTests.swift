// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct ExplainRouteTests {
        @Test func aChoiceSaysItsReasons() async throws {
            let ensemble = Ensemble()
            try await ensemble.lead("assistant", to: RoutePool(model: "away", plans: ["pro"]), fallbacks: ["m"])
            let reply = try await ensemble.admin.explainRoute(
                ExplainRouteRequest(name: "assistant", plan: "pro", text: "Why? Compare a[0] with b[1]."),
                ensemble.context())
            #expect(reply.model == "m" && reply.reason == "degraded")
            #expect(reply.passedOver == [PassedOverModel(model: "away", obstacle: "not_ready")])
            #expect(reply.signs.contains { $0.sign == "reasoning" && $0.points == 20 } && reply.complexity > 20)
        }

        @Test func whatThereIsNotIsNotExplained() async throws {
            let ensemble = Ensemble()
            let failure = await #expect(throws: Failure.self) {
                try await ensemble.admin.explainRoute(
                    ExplainRouteRequest(name: "nothing", plan: "pro"), ensemble.context())
            }
            #expect(failure?.code == .notFound)
        }
    }
}
