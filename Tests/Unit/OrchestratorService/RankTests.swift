// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import OrchestratorScheduling
import Primitives
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct RankTests {
        @Test func manyTextsAreCutIntoCallsAndKeepTheirOrder() async throws {
            let ensemble = Ensemble()
            let texts = (0..<300).map { String(repeating: "x", count: $0) }
            let reply = try await ensemble.client.rank(
                RankRequest(model: "e", query: "q", texts: texts), ensemble.context())
            #expect(reply.scores == (0..<300).map { Float($0) })
            #expect(reply.promptTokens == 303, "the query is read with every call")
        }

        @Test func aScoreThatIsNoNumberIsTheLeast() async throws {
            let ensemble = Ensemble()
            let reply = try await ensemble.client.rank(
                RankRequest(model: "e", query: "q", texts: ["", "nonsense", "a"]), ensemble.context())
            #expect(reply.scores == [0, -.greatestFiniteMagnitude, 1])
        }

        @Test func aBrokenWorkerIsReplaced() async throws {
            let ensemble = Ensemble()
            ensemble.workers[WorkerAddress(rawValue: "worker:0")]?.change { $0.failsAt = 0 }
            for _ in 0..<4 {
                let reply = try await ensemble.client.rank(
                    RankRequest(model: "e", query: "q", texts: ["a"]), ensemble.context())
                #expect(reply.scores.count == 1)
            }
        }

        @Test func whatCannotBeRankedIsRefused() async throws {
            let ensemble = Ensemble()
            for (request, reason) in [
                (RankRequest(model: "m", query: "q", texts: ["a"]), "model_not_found"),
                (RankRequest(model: "e", query: "", texts: ["a"]), "invalid_input"),
                (RankRequest(model: "e", query: "q", texts: []), "invalid_input"),
                (RankRequest(model: "e", query: "q", texts: .init(repeating: "a", count: 1_001)), "invalid_input"),
            ] {
                let failure = await #expect(throws: Failure.self) {
                    try await ensemble.client.rank(request, ensemble.context())
                }
                #expect(failure?.reason == reason)
            }
        }
    }
}
