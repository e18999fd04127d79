// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import OrchestratorScheduling
import Primitives
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

        /// Replicas hear the workers in any order, and must tell their callers the same.
        @Test func theEldestDateOfAModelIsTold() async throws {
            let ensemble = Ensemble()
            for (worker, date) in zip(ensemble.workers.keys, [7, 5] as [Int64]) {
                let model = ServedModel(
                    name: "m", kind: .chat, contextTokens: 2_048, createdAt: Timestamp(microseconds: date))
                ensemble.parts.fleet.heard(WorkerReport(instance: 9, models: [model]), from: worker)
            }
            let reply = try await ensemble.client.listModels(ListModelsRequest(), ensemble.context())
            #expect(reply.models.first { $0.name == "m" }?.createdAtUs == 5)
        }
    }
}
