// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
import RPC
import Synchronization
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    /// Goal: whoever loses workers mid-answer reads, and pays, exactly what an undisturbed turn would have been.
    /// Method: an answer that is hard to cut is killed after each of its events, and again after each of the rest's.
    @Suite struct SurvivalTests {
        /// Everything a client and the books see of one turn.
        struct Seen: Equatable {
            var text: String
            var tokens: UInt32
            var reason: String?
            var usage: Usage?
            var settled: [Usage]
            var outcomes: [String]
            var logged: TokenTally
            var loggedText: String
            var item: PromptEntry?
        }

        private func turn(_ ensemble: Ensemble, _ model: SeededAnswer, _ shape: Shape) async throws -> Seen {
            var model = model
            let tokenizer = model.tokenizer
            let lives = Mutex<UInt64>.Box(100)
            model.died = {
                // Whoever died is back at once, as another life; so even both workers may die under one turn.
                for address in ensemble.workers.keys {
                    let life = lives.change { life in
                        life += 1
                        return life
                    }
                    ensemble.parts.fleet.heard(
                        WorkerReport(
                            instance: life,
                            models: [
                                ServedModel(
                                    name: "m", kind: .chat, contextTokens: 2_048, tokenizer: tokenizer)
                            ]), from: address)
                }
            }
            for worker in ensemble.workers.values { worker.change { $0.seeded = model } }
            ensemble.billing.change { $0.settled = [] }
            var request = ensemble.request("Hi")
            request.isStored = true
            request.stop = shape.stops
            request.maxCompletionTokens = shape.limit
            request.sampling.seed = shape.seed
            let told = try await ensemble.start(request)
            let billing = ensemble.billing.value
            let records = ensemble.log.stored.withLock { $0.records[request.turnID] ?? [] }
            return Seen(
                text: told.text, tokens: told.tokens, reason: told.finished?.finishReason,
                usage: told.finished?.usage, settled: billing.settled.map(\.usage),
                outcomes: billing.settled.map(\.outcome), logged: records.tally,
                loggedText: String(decoding: records.text, as: UTF8.self),
                item: ensemble.turns.stored.withLock { $0.items.last { $0.entry.role == .assistant }?.entry })
        }

        struct Shape: Sendable {
            var stops: [String] = []
            var limit: UInt32 = 64
            var seed: UInt64? = 3
        }

        /// Ends by itself, at a stop string, at the limit, within a character, and while a stop string is held.
        static let shapes: [Shape] = [
            Shape(), Shape(seed: nil), Shape(stops: ["stop", "end "]), Shape(stops: ["op"], seed: 11),
            Shape(stops: ["aastop"], limit: 9, seed: 5), Shape(limit: 5, seed: 8), Shape(stops: ["zßzß"], seed: 21),
        ]

        @Test(arguments: shapes.indices)
        func aDeathAtAnyMomentChangesNothing(_ index: Int) async throws {
            let shape = Self.shapes[index]
            try await Ensemble().run { ensemble in
                let whole = try await turn(ensemble, SeededAnswer(), shape)
                let usage = try #require(whole.usage)
                #expect(!whole.text.isEmpty && whole.settled == [usage])
                let request = GenerateRequest(
                    turnID: ensemble.identifiers.make(), sampling: Sampling(seed: shape.seed),
                    maxCompletionTokens: shape.limit, stop: shape.stops)
                let count = SeededAnswer().events(of: request).count
                for moment in 0..<count {
                    let seen = try await turn(ensemble, SeededAnswer(deaths: [moment]), shape)
                    #expect(seen == whole, "killed after \(moment) of \(count) events")
                    // The next one dies too: at once, after its first tokens, and just before its end.
                    for second in [0, 1, 2, count - moment - 1] where second >= 0 {
                        let twice = try await turn(ensemble, SeededAnswer(deaths: [moment, second]), shape)
                        #expect(twice == whole, "killed after \(moment), then after \(second)")
                    }
                }
            }
        }

        /// Goal: what the second worker would have drawn does not matter; the first one's seed travels.
        @Test func aDrawnSeedTravels() async throws {
            try await Ensemble().run { ensemble in
                let seen = try await turn(ensemble, SeededAnswer(deaths: [6]), Shape(seed: nil))
                let replay = ensemble.workers.values.flatMap(\.value.requests).first { !$0.resumeTokens.isEmpty }
                #expect(replay?.sampling.seed == 7 && replay?.resumeTokens.count == 5 && seen.reason == "stop")
            }
        }

        /// Goal: the budget is a budget: an answer that every worker dies of ends, with what was said.
        @Test func theBudgetEndsIt() async throws {
            try await Ensemble(bounds: { $0.maxContinuations = 2 }).run { ensemble in
                let seen = try await turn(ensemble, SeededAnswer(deaths: [5, 3, 3, 3, 3, 3]), Shape())
                let usage = try #require(seen.usage)
                #expect(seen.reason == "error" && seen.outcomes == ["failed"])
                // Three calls: four tokens, then two and two more. What was not judged yet is the house's loss.
                let calls = ensemble.workers.values.map(\.value.requests.count).reduce(0, +)
                #expect(calls == 3 && seen.tokens <= 8 && seen.settled == [usage])
            }
        }

        /// Goal: a worker that has no room for somebody else's answer is passed over, and nothing is spent by it.
        @Test func aFullWorkerIsPassedOver() async throws {
            try await Ensemble(workers: 3, bounds: { $0.continuationWait = .seconds(5) }).run { ensemble in
                let whole = try await turn(ensemble, SeededAnswer(), Shape())
                let refusals = Mutex<Int>.Box(0)
                for worker in ensemble.workers.values {
                    worker.change {
                        $0.refusesReplays = {
                            refusals.change { count in
                                count += 1
                                return count <= 5
                            }
                        }
                    }
                }
                let seen = try await turn(ensemble, SeededAnswer(deaths: [7]), Shape())
                #expect(seen == whole && refusals.value > 5)
            }
        }

        /// Goal: an answer whose tokens nobody told goes on from its text, and is counted as one answer.
        @Test func withoutTokenIdsTheTextTravels() async throws {
            try await Ensemble().run { ensemble in
                var model = SeededAnswer(deaths: [9])
                model.tellsTokens = false
                let seen = try await turn(ensemble, model, Shape(limit: 20))
                let requests = ensemble.workers.values.flatMap(\.value.requests)
                let replay = try #require(requests.first { $0.resumeText != nil })
                let usage = try #require(seen.usage)
                let text = String(decoding: replay.resumeText ?? [], as: UTF8.self)
                #expect(replay.resumeTokens.isEmpty && replay.maxCompletionTokens == 12)
                #expect(seen.text.hasPrefix(text) && !text.isEmpty && seen.tokens == 20)
                #expect(seen.settled == [usage] && seen.outcomes == ["completed"])
                #expect(seen.item?.tokens == [], "ids of two answers are no answer's")
            }
        }
    }
}
