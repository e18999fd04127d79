// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
import RPC
import Synchronization
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct StartTurnTests {
        @Test func aTurnIsAnsweredAndSettledWithTheSameNumbers() async throws {
            try await Ensemble().run { ensemble in
                let told = try await ensemble.start(ensemble.request("Hi"))
                #expect(told.text == "Hello!" && told.tokens == 3)
                let finished = try #require(told.finished)
                #expect(finished.finishReason == "stop")
                #expect(finished.usage == Usage(promptTokens: 10, cachedTokens: 4, completionTokens: 3))
                #expect(finished.chargedMicros == 16 && finished.currency == "USD")
                let billing = ensemble.billing.value
                #expect(billing.reserved.count == 1 && billing.released.isEmpty)
                #expect(billing.settled.map(\.usage) == [finished.usage])
                #expect(billing.settled.map(\.outcome) == ["completed"])
                let stored = ensemble.turns.stored.withLock { $0 }
                #expect(stored.items.isEmpty, "a stateless turn keeps no text")
                #expect(stored.rows.values.map(\.life.state) == [.settled])
            }
        }

        @Test func theLogHoldsWhatWasCharged() async throws {
            try await Ensemble().run { ensemble in
                let request = ensemble.request("Hi")
                _ = try await ensemble.start(request)
                let records = ensemble.log.stored.withLock { $0.records[request.turnID] ?? [] }
                #expect(records.tally == TokenTally(prompt: 10, cached: 4, completion: 3))
                #expect(String(decoding: records.text, as: UTF8.self) == "Hello!")
                guard case .finished = records.last?.entry else {
                    Issue.record("the log has no end")
                    return
                }
            }
        }

        @Test func aStoredTurnKeepsItsMessagesAndTokens() async throws {
            try await Ensemble().run { ensemble in
                var request = ensemble.request("Hi")
                request.isStored = true
                let told = try await ensemble.start(request)
                let items = ensemble.turns.stored.withLock { $0.items }
                #expect(items.map(\.entry.role) == [.user, .assistant])
                #expect(items.map(\.entry.content) == ["Hi", "Hello!"])
                #expect(items[1].entry.tokens == [100, 101, 102] && items[1].entry.tokenizer == "t")
                #expect(told.finished?.itemID == items[1].id && items[0].id < items[1].id)
            }
        }

        @Test(arguments: [false, true])
        func theSameIdAgainIsToldTheSameEnd(mayBeKnown: Bool) async throws {
            try await Ensemble().run { ensemble in
                var request = ensemble.request("Hi")
                request.mayBeKnown = mayBeKnown
                let first = try await ensemble.start(request)
                let second = try await ensemble.start(request)
                #expect(second.text == first.text && second.finished?.usage == first.finished?.usage)
                #expect(ensemble.billing.value.settled.count == 1)
                // Only a turn that its client named is worth the wait.
                let asked = ensemble.workers.values.map(\.value.requests.count).reduce(0, +)
                #expect(mayBeKnown ? asked == 1 : asked <= 2)
            }
        }

        @Test func somebodyElsesTurnIsUnknown() async throws {
            try await Ensemble().run { ensemble in
                let request = ensemble.request("Hi")
                _ = try await ensemble.start(request)
                let other = ensemble.principal.colleague(ensemble.identifiers.make())
                await #expect(throws: Failure.self) { try await ensemble.start(request, as: other) }
            }
        }

        @Test func anotherWorkerIsTriedBeforeTheFirstToken() async throws {
            try await Ensemble().run { ensemble in
                ensemble.workers[WorkerAddress(rawValue: "worker:0")]?.change { $0.failsAt = 0 }
                // Several requests, because the first worker asked may be the one that is well.
                for _ in 0..<4 {
                    let told = try await ensemble.start(ensemble.request("Hi"))
                    #expect(told.text == "Hello!")
                }
                #expect(ensemble.parts.fleet.workers.allSatisfy { $0.inFlight == 0 })
            }
        }

        /// Goal: a worker that dies mid-answer costs the client nothing; another goes on from what is there.
        @Test func aKilledWorkerIsReplacedMidAnswer() async throws {
            try await Ensemble().run { ensemble in
                let first = WorkerAddress(rawValue: "worker:0")
                let second = WorkerAddress(rawValue: "worker:1")
                ensemble.workers[first]?.change { $0.failsAt = 2 }
                // Makes the second worker look busy, so that the first is asked first.
                ensemble.parts.fleet.heard(
                    WorkerReport(
                        instance: 2, running: 5, models: [ServedModel(name: "m", kind: .chat, contextTokens: 2_048)]),
                    from: second)
                let told = try await ensemble.start(ensemble.request("Hi"))
                #expect(told.text == "Hello!" && told.tokens == 3)
                let replay = try #require(ensemble.workers[second]?.value.requests.first)
                #expect(replay.resumeTokens == [100, 101] && replay.sampling.seed == 7)
                #expect(ensemble.billing.value.settled.map(\.usage.completionTokens) == [3])
            }
        }

        @Test func whatWasSaidBeforeAFailureIsSettled() async throws {
            try await Ensemble(workers: 1).run { ensemble in
                ensemble.workers.values.first?.change { $0.failsAt = 2 }
                let told = try await ensemble.start(ensemble.request("Hi"))
                #expect(told.text == "Hello" && told.finished?.finishReason == "error")
                #expect(told.finished?.usage.completionTokens == 2)
                #expect(ensemble.billing.value.settled.map(\.outcome) == ["failed"])
            }
        }

        @Test func aTurnWithoutATokenIsReleasedAndFails() async throws {
            try await Ensemble(workers: 1).run { ensemble in
                ensemble.workers.values.first?.change {
                    $0.failsAt = 0
                    $0.failure = Failure(.invalidArgument, "Too long.", reason: "context_length_exceeded")
                }
                let failure = await #expect(throws: Failure.self) {
                    try await ensemble.start(ensemble.request("Hi"))
                }
                #expect(failure?.reason == "context_length_exceeded")
                try await ensemble.waitForRelease()
                #expect(ensemble.billing.value.settled.isEmpty)
            }
        }

        @Test func aRefusedReservationEndsTheTurn() async throws {
            try await Ensemble().run { ensemble in
                ensemble.workers.values.forEach { $0.change { $0.pause = 20 } }
                ensemble.billing.change {
                    $0.reserve = Failure(.resourceExhausted, "No money.", reason: "insufficient_quota")
                }
                let failure = await #expect(throws: Failure.self) {
                    try await ensemble.start(ensemble.request("Hi"))
                }
                #expect(failure?.reason == "insufficient_quota")
                try await ensemble.waitForRelease()
                #expect(ensemble.turns.stored.withLock { $0.outbox.isEmpty }, "nothing was reserved")
            }
        }

        @Test func billingMayBeAwayForABoundedNumberOfTurns() async throws {
            try await Ensemble().run { ensemble in
                ensemble.billing.change { $0.reserve = Failure(.unavailable, "Away.", reason: "away") }
                let told = try await ensemble.start(ensemble.request("Hi"))
                #expect(told.text == "Hello!" && ensemble.billing.value.settled.count == 1)
                #expect(ensemble.parts.unreserved.enter(), "the place was given back")
                let failure = await #expect(throws: Failure.self) { try await ensemble.start(ensemble.request("Hi")) }
                #expect(failure?.reason == "billing_unavailable")
            }
        }

        @Test func withoutPostgresNoByteLeaves() async throws {
            try await Ensemble().run { ensemble in
                ensemble.turns.stored.withLock { $0.isDown = true }
                let failure = await #expect(throws: Failure.self) { try await ensemble.start(ensemble.request("Hi")) }
                #expect(failure?.reason == "store_unavailable")
                #expect(ensemble.billing.value.reserved.isEmpty)
            }
        }

        @Test func withoutRedisTheTurnGoesOn() async throws {
            try await Ensemble().run { ensemble in
                ensemble.log.stored.withLock { $0.isDown = true }
                let told = try await ensemble.start(ensemble.request("Hi"))
                #expect(told.text == "Hello!" && told.finished?.usage.completionTokens == 3)
            }
        }

        @Test func aSettlementThatBillingMissedIsRelayedOnce() async throws {
            try await Ensemble().run { ensemble in
                ensemble.billing.change { $0.settle = Failure(.unavailable, "Away.", reason: "away") }
                let told = try await ensemble.start(ensemble.request("Hi"))
                #expect(told.finished?.chargedMicros == 0)
                try await ensemble.parts.relay.relayOnce()
                #expect(ensemble.billing.value.settled.isEmpty)
                ensemble.billing.change { $0.settle = nil }
                try await ensemble.parts.relay.relayOnce()
                try await ensemble.parts.relay.relayOnce()
                #expect(ensemble.billing.value.settled.map(\.usage) == [told.finished?.usage])
            }
        }
    }
}

extension Ensemble {
    /// Waits until the one turn there is has been released; its client is told before that.
    func waitForRelease() async throws {
        while turns.stored.withLock({ $0.rows.values.map(\.life.state) }) != [.released] { await Task.yield() }
    }
}
