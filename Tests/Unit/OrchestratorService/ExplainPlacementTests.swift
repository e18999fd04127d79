// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import OrchestratorScheduling
import Primitives
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct ExplainPlacementTests {
        @Test func aTurnsDecisionIsToldAfterwards() async throws {
            try await Ensemble().run { ensemble in
                let request = ensemble.request("Hi")
                _ = try await ensemble.start(request)
                let reply = try await ensemble.admin.explainPlacement(
                    ExplainPlacementRequest(turnID: request.turnID), ensemble.context())
                #expect(reply.rows.count == 2)
                let chosen = try #require(reply.rows.first { $0.isChosen })
                #expect(chosen.address == ensemble.worker(of: request.turnID)?.rawValue && chosen.rule == "least")
                let failure = await #expect(throws: Failure.self) {
                    try await ensemble.admin.explainPlacement(
                        ExplainPlacementRequest(turnID: ensemble.identifiers.make()), ensemble.context())
                }
                #expect(failure?.code == .notFound)
            }
        }

        @Test func aPromptIsFollowedToItsHolder() async throws {
            try await Ensemble().run { ensemble in
                let text = String(repeating: "A long beginning that is in somebody's cache. ", count: 40)
                let request = ensemble.request(text)
                _ = try await ensemble.start(request)
                let reply = try await ensemble.admin.explainPlacement(
                    ExplainPlacementRequest(
                        model: "m", organisationID: ensemble.principal.organisation, prompt: text),
                    ensemble.context())
                let chosen = try #require(reply.rows.first { $0.isChosen })
                #expect(chosen.rule == "holder" && chosen.cachedPerMille == 1_000)
                #expect(chosen.address == ensemble.worker(of: request.turnID)?.rawValue)
                // Another organisation's prompt is another prompt.
                let other = try await ensemble.admin.explainPlacement(
                    ExplainPlacementRequest(model: "m", prompt: text), ensemble.context())
                #expect(other.rows.allSatisfy { $0.cachedPerMille == 0 })
            }
        }
    }
}
