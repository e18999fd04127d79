// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import Primitives
import RPC
import Synchronization
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    /// Turns whose answers have a shape, and turns that tell probabilities.
    @Suite struct ToolTurnTests {
        private static let opening = String(
            decoding: CallMarkup.opening(id: "call_1", name: "add"), as: UTF8.self)
        private static let tools = Array(#"[{"type":"function","function":{"name":"add"}}]"#.utf8)

        private func plan(_ ensemble: Ensemble, _ change: (inout Ensemble.Worker) -> Void) {
            for worker in ensemble.workers.values { worker.change(change) }
        }

        @Test func whatIsAskedReachesTheWorker() async throws {
            try await Ensemble().run { ensemble in
                var request = ensemble.request("Hi")
                request.toolsJSON = Self.tools
                request.toolChoice = "required"
                request.toolName = "add"
                request.parallelToolCalls = false
                request.responseFormatJSON = Array("{}".utf8)
                request.topLogprobs = 3
                request.sampling.minP = 0.1
                request.sampling.logitBias = [LogitBias(tokenID: 7, bias: -1)]
                _ = try await ensemble.start(request)
                let asked = try #require(ensemble.workers.values.flatMap(\.value.requests).first)
                #expect(asked.toolsJSON == Self.tools && asked.toolChoice == "required" && asked.toolName == "add")
                #expect(asked.parallelToolCalls == false && asked.topLogprobs == 3)
                #expect(asked.responseFormatJSON == Array("{}".utf8) && asked.sampling == request.sampling)
            }
        }

        @Test func callsAreToldMarkedAndStoredApart() async throws {
            try await Ensemble().run { ensemble in
                plan(ensemble) {
                    $0.chunks = ["One moment.", Self.opening, #"{"a":1}"#]
                    $0.finish.finishReason = "tool_calls"
                }
                var request = ensemble.request("Hi")
                request.toolsJSON = Self.tools
                request.isStored = true
                let told = try await ensemble.start(request)
                #expect(told.finished?.finishReason == "tool_calls")
                let (content, calls) = CallReader.split(Array(told.text.utf8))
                #expect(String(decoding: content, as: UTF8.self) == "One moment.")
                #expect(calls == [ToolCall(id: "call_1", name: "add", arguments: #"{"a":1}"#)])
                let item = try #require(ensemble.turns.stored.withLock { $0.items.last })
                #expect(item.entry.content == "One moment." && item.entry.tokens.isEmpty)
                #expect(item.entry.toolCalls == JSONValue.array(calls.map(\.json)).text)
            }
        }

        @Test func anAnswerThatBreaksItsSchemaIsAnError() async throws {
            try await Ensemble().run { ensemble in
                plan(ensemble) { $0.finish.schemaViolation = "$.age: below the minimum" }
                let told = try await ensemble.start(ensemble.request("Hi"))
                #expect(told.finished?.finishReason == "error")
                #expect(told.finished?.errorReason == "schema_violation")
                #expect(told.finished?.errorMessage?.contains("$.age") == true)
            }
        }

        /// Goal: probabilities come before their tokens, and for exactly these.
        @Test func probabilitiesComeBeforeTheirTokens() async throws {
            try await Ensemble().run { ensemble in
                plan(ensemble) { $0.tellsLogprobs = true }
                var request = ensemble.request("Hi")
                request.topLogprobs = 0
                let told = try await ensemble.start(request)
                #expect(told.text == "Hello!")
                #expect(told.logprobs.flatMap(\.tokens).map(\.spelling) == ["Hel", "lo", "!"].map { Array($0.utf8) })
                #expect(told.logprobs.first?.seq == 0 && told.logprobsWereEarly)
            }
        }

        /// Goal: probabilities stay at their tokens when another worker goes on, from the tokens or from the text.
        @Test(arguments: [true, false]) func probabilitiesOutliveAWorker(_ tellsTokens: Bool) async throws {
            try await Ensemble().run { ensemble in
                let words = (0..<9).map { "\($0) " }
                let calls = Mutex<Int>.Box(0)
                for worker in ensemble.workers.values {
                    worker.change {
                        $0.chunks = words
                        $0.tellsLogprobs = true
                        $0.tellsTokens = tellsTokens
                        $0.failsAt = 4
                    }
                    worker.change {
                        $0.stall = { _ in
                            calls.change { $0 += 1 }
                            // Whoever goes on lives.
                            for worker in ensemble.workers.values { worker.change { $0.failsAt = nil } }
                        }
                    }
                }
                var request = ensemble.request("Hi")
                request.topLogprobs = 0
                let told = try await ensemble.start(request)
                #expect(told.text == words.joined() && calls.value == 2)
                for logprobs in told.logprobs {
                    let spelt = logprobs.tokens.map { String(decoding: $0.spelling, as: UTF8.self) }
                    let first = Int(logprobs.seq)
                    #expect(spelt == Array(words[first..<(first + spelt.count)]), "at token \(first)")
                }
                #expect(told.logprobs.reduce(0) { $0 + $1.tokens.count } == words.count)
            }
        }

        /// Goal: what a lost worker told of a token that never came is not told of another one.
        @Test func probabilitiesOfLostTokensAreForgotten() throws {
            let ensemble = Ensemble()
            let id: TurnID = ensemble.identifiers.make()
            let turn = LiveTurn(
                key: TurnKey(organisation: ensemble.principal.organisation, turn: id, epoch: 1),
                principal: ensemble.principal, started: TurnStarted(turnID: id, model: "m", createdAtUs: 0),
                window: OutputWindow(isJudged: false, maxBytes: 1_024, maxHold: .seconds(1)), maxLead: 1_024)
            func token(_ text: String) -> TokenLogprob { TokenLogprob(spelling: Array(text.utf8), logprob: -1) }
            func offer(_ text: String, _ seq: UInt32) throws {
                try Array(text.utf8).withUnsafeBytes { bytes in
                    _ = try turn.offer(bytes, seq: seq, count: 1, tokens: [seq], at: SystemTime().now())
                }
            }
            turn.noted(AnswerLogprobs(seq: 0, tokens: [token("a")]))
            try offer("a", 0)
            turn.noted(AnswerLogprobs(seq: 1, tokens: [token("lost"), token("too")]))
            // The next worker begins where the answer ends.
            turn.noted(AnswerLogprobs(seq: 1, tokens: [token("b")]))
            try offer("b", 1)
            turn.noted(AnswerLogprobs(seq: 7, tokens: [token("nonsense")]))
            turn.noted(AnswerLogprobs(seq: 2, tokens: [token("c")]))
            #expect(
                turn.shared.withLock { $0.likelihoods.map { String(decoding: $0.spelling, as: UTF8.self) } }
                    == ["a", "b", "c"])
        }

        /// Goal: what moderation takes out is not told by the back door.
        @Test func aRedactedAnswerTellsNoProbabilities() async throws {
            try await Ensemble().run { ensemble in
                plan(ensemble) {
                    $0.chunks = ["se", "cret"]
                    $0.tellsLogprobs = true
                }
                ensemble.judge.change { $0.forbidden = "secret" }
                var request = ensemble.request("Hi")
                request.topLogprobs = 2
                let told = try await ensemble.start(request)
                #expect(told.text == "[x]" && told.logprobs.isEmpty)
            }
        }
    }
}
