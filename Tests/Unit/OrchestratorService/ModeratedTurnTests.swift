// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import Primitives
import RPC
import Synchronization
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct ModeratedTurnTests {
        @Test func aBlockedInputNeverReachesAWorker() async throws {
            try await Ensemble().run { ensemble in
                ensemble.judge.change { $0.input = Verdict(action: .block, reasons: ["jailbreak"]) }
                let failure = await #expect(throws: Failure.self) { try await ensemble.start(ensemble.request("Hi")) }
                #expect(failure?.reason == "content_policy" && failure?.code == .invalidArgument)
                #expect(ensemble.workers.values.allSatisfy { $0.value.requests.isEmpty })
                try await ensemble.waitForRelease()
            }
        }

        @Test func aRedactedInputIsWhatTheModelSeesAndWhatIsKept() async throws {
            try await Ensemble().run { ensemble in
                ensemble.judge.change {
                    $0.input = Verdict(
                        action: .redact,
                        redactions: [Redaction(startByte: 3, endByte: 7, replacement: "[card]", kind: "card")])
                }
                var request = ensemble.request("my 4111")
                request.isStored = true
                _ = try await ensemble.start(request)
                let seen = ensemble.workers.values.flatMap(\.value.requests).flatMap(\.messages).map(\.content)
                #expect(seen == ["my [card]"])
                #expect(ensemble.turns.stored.withLock { $0.items.first?.entry.content } == "my [card]")
            }
        }

        @Test func aRedactedAnswerIsWhatEverybodyGets() async throws {
            try await Ensemble().run { ensemble in
                ensemble.workers.values.forEach { $0.change { $0.chunks = ["the sec", "ret is", " out"] } }
                ensemble.judge.change { $0.forbidden = "secret" }
                var request = ensemble.request("Tell")
                request.isStored = true
                let told = try await ensemble.start(request)
                #expect(told.text == "the [x] is out" && told.tokens == 3)
                let records = ensemble.log.stored.withLock { $0.records[request.turnID] ?? [] }
                #expect(String(decoding: records.text, as: UTF8.self) == "the [x] is out")
                let item = try #require(ensemble.turns.stored.withLock { $0.items.last })
                #expect(item.entry.content == "the [x] is out" && item.entry.tokens.isEmpty)
            }
        }

        @Test func aStoppedAnswerIsCutAndSettled() async throws {
            try await Ensemble().run { ensemble in
                ensemble.workers.values.forEach {
                    $0.change {
                        $0.chunks = ["fine ", "bad", " more"]
                        $0.pause = 10
                    }
                }
                ensemble.judge.change { $0.stopAt = "bad" }
                let told = try await ensemble.start(ensemble.request("Tell"))
                #expect(told.text == "fine " && told.finished?.finishReason == "content_filter")
                #expect(told.finished?.usage.completionTokens == 1)
            }
        }

        @Test func anOutageStopsAClosedPolicyAndNotAnOpenOne() async throws {
            for (mode, text) in [(FailMode.closed, "Hel"), (.open, "Hello!")] {
                try await Ensemble().run { ensemble in
                    ensemble.workers.values.forEach { $0.change { $0.pause = 10 } }
                    ensemble.judge.change {
                        $0.failsAt = 1
                        $0.mode = mode
                    }
                    let told = try await ensemble.start(ensemble.request("Hi"))
                    #expect(told.text == text)
                    #expect(told.finished?.finishReason == (mode == .open ? "stop" : "error"))
                }
            }
        }

        /// Goal: an answer that is judged and waits for the gate is not taken for an outage of moderation.
        @Test func aSlowReservationIsNoOutage() async throws {
            try await Ensemble(bounds: { $0.hold = .milliseconds(20) }).run { ensemble in
                ensemble.billing.change { $0.pause = 80 }
                let told = try await ensemble.start(ensemble.request("Hi"))
                #expect(told.text == "Hello!" && told.finished?.finishReason == "stop")
            }
        }

        @Test func anOutageBeforeTheInputIsJudgedFollowsThePolicy() async throws {
            try await Ensemble().run { ensemble in
                ensemble.judge.change { $0.inputFailure = Failure(.unavailable, "Away.", reason: "away") }
                let failure = await #expect(throws: Failure.self) { try await ensemble.start(ensemble.request("Hi")) }
                #expect(failure?.reason == "moderation_unavailable")
                ensemble.parts.outage.note(.open, for: ensemble.principal.organisation)
                let told = try await ensemble.start(ensemble.request("Hi"))
                #expect(told.text == "Hello!")
            }
        }
    }
}
