// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorScheduling
import Primitives
import RPC
import Synchronization
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct HeldTurnTests {
        private func request(_ ensemble: Ensemble) -> StartTurnRequest {
            var request = ensemble.request("Hi")
            request.model = "resting"
            return request
        }

        /// Goal: a model without a worker is waited for, counted meanwhile, and answers when it has come up.
        @Test func aRestingModelIsWaitedFor() async throws {
            try await Ensemble().run { ensemble in
                async let told = ensemble.start(request(ensemble))
                while ensemble.parts.held.counts != ["resting": 1] { await Task.yield() }
                // One place: the next is told to come back.
                let failure = await #expect(throws: Failure.self) { try await ensemble.start(request(ensemble)) }
                #expect(failure?.reason == "model_starting" && failure?.code == .resourceExhausted)
                ensemble.parts.fleet.heard(
                    WorkerReport(
                        instance: 9, models: [ServedModel(name: "resting", kind: .chat, contextTokens: 2_048)]),
                    from: WorkerAddress(rawValue: "worker:0"))
                let text = try await told.text
                #expect(text == "Hello!")
                #expect(ensemble.parts.held.counts == ["resting": 0])
            }
        }

        @Test func aModelThatNobodyNamedIsUnknown() async throws {
            try await Ensemble().run { ensemble in
                var request = ensemble.request("Hi")
                request.model = "nobody's"
                let failure = await #expect(throws: Failure.self) { try await ensemble.start(request) }
                #expect(failure?.reason == "model_not_found")
            }
        }

        @Test func demandIsCountedByModel() {
            let ensemble = Ensemble()
            let report = WorkerReport(
                instance: 5, waiting: 4, running: 8, maxRunning: 8, freeCacheTokens: 250, totalCacheTokens: 1_000,
                models: [ServedModel(name: "m", kind: .chat, contextTokens: 2_048)])
            for worker in ensemble.workers.keys { ensemble.parts.fleet.heard(report, from: worker) }
            let demand = ensemble.parts.fleet.demand()
            #expect(demand["m"]?.waiting == 8 && demand["m"]?.readyWorkers == 2 && demand["m"]?.cacheUse == 0.75)
            // Eight calls wait at workers for sixteen places, and one more stands before a place's end; half a second
            // is taken for one that nobody has measured.
            #expect(demand["m"]?.wait == .microseconds(281_250))
            #expect(demand["e"] == ModelDemand(), "known, and nobody serves it now")
        }

        /// What workers say may be nonsense, and ends no orchestrator.
        @Test func nonsenseIsAddedUpWithoutATrap() {
            let ensemble = Ensemble()
            let report = WorkerReport(
                instance: 5, waiting: .max, running: .max, maxRunning: .max, freeCacheTokens: .max,
                totalCacheTokens: .max, prefillTokensPerSecond: 1e-30,
                models: [ServedModel(name: "m", kind: .chat, contextTokens: .max)])
            for worker in ensemble.workers.keys { ensemble.parts.fleet.heard(report, from: worker) }
            #expect(ensemble.parts.fleet.demand()["m"]?.cacheUse == 0)
        }
    }
}
