// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import OrchestratorScheduling
import Primitives
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct EmbedTests {
        @Test func manyTextsAreCutIntoCallsAndKeepTheirOrder() async throws {
            let ensemble = Ensemble()
            let texts = (0..<300).map { String(repeating: "x", count: $0) }
            let reply = try await ensemble.client.embed(EmbedRequest(model: "e", texts: texts), ensemble.context())
            #expect(reply.embeddings.map { $0.values } == (0..<300).map { [Float($0)] })
            #expect(reply.promptTokens == 300)
        }

        @Test func aBrokenWorkerIsReplaced() async throws {
            let ensemble = Ensemble()
            ensemble.workers[WorkerAddress(rawValue: "worker:0")]?.change { $0.failsAt = 0 }
            for _ in 0..<4 {
                let reply = try await ensemble.client.embed(EmbedRequest(model: "e", texts: ["a"]), ensemble.context())
                #expect(reply.embeddings.count == 1)
            }
        }

        @Test func aChatModelEmbedsNothing() async throws {
            let ensemble = Ensemble()
            let failure = await #expect(throws: Failure.self) {
                try await ensemble.client.embed(EmbedRequest(model: "m", texts: ["a"]), ensemble.context())
            }
            #expect(failure?.reason == "model_not_found")
        }

        @Test func theBulkheadIsBounded() async throws {
            let ensemble = Ensemble()
            #expect(ensemble.parts.embeddings.enter() && ensemble.parts.embeddings.enter())
            let failure = await #expect(throws: Failure.self) {
                try await ensemble.client.embed(EmbedRequest(model: "e", texts: ["a"]), ensemble.context())
            }
            #expect(failure?.code == .resourceExhausted)
        }
    }
}
