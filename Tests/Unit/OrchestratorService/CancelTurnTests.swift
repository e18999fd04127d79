// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import OrchestratorDomain
import Primitives
import RPC
import Synchronization
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct CancelTurnTests {
        private func slow(_ ensemble: Ensemble) {
            ensemble.workers.values.forEach {
                $0.change {
                    $0.chunks = Array(repeating: "a", count: 1_000)
                    $0.pause = 5
                }
            }
        }

        @Test func aCancelledTurnStopsItsWorkerAndIsSettled() async throws {
            try await Ensemble().run { ensemble in
                slow(ensemble)
                let request = ensemble.request("Hi")
                async let told = ensemble.start(request)
                while ensemble.logged(request.turnID) < 2 { await Task.yield() }
                let reply = try await ensemble.client.cancelTurn(
                    CancelTurnRequest(turnID: request.turnID), ensemble.context())
                #expect(reply.wasRunning)
                let finished = try #require(try await told.finished)
                #expect(finished.finishReason == "cancelled")
                #expect(ensemble.billing.value.settled.map(\.usage) == [finished.usage])
                #expect(ensemble.billing.value.settled.map(\.outcome) == ["cancelled"])
                #expect(ensemble.logged(request.turnID) == finished.usage.completionTokens)
                while ensemble.workers.values.map(\.value.cancelled).reduce(0, +) == 0 { await Task.yield() }
            }
        }

        /// Goal: a closed tab stops the model, and what was said until then is settled.
        @Test func aClientThatLeavesCancelsItsTurn() async throws {
            try await Ensemble().run { ensemble in
                slow(ensemble)
                let request = ensemble.request("Hi")
                try await ensemble.client.startTurn(request, ensemble.context()) { events in
                    while let element = try await events.next() {
                        if case .tokens = element { return }
                    }
                }
                while ensemble.billing.value.settled.isEmpty { await Task.yield() }
                let usage = try #require(ensemble.billing.value.settled.first?.usage)
                #expect(usage.completionTokens == ensemble.logged(request.turnID) && usage.completionTokens > 0)
                while ensemble.workers.values.map(\.value.cancelled).reduce(0, +) == 0 { await Task.yield() }
            }
        }

        @Test func aTurnThatRunsElsewhereHearsOfItThroughItsLog() async throws {
            try await Ensemble().run { ensemble in
                let id: TurnID = ensemble.identifiers.make()
                try await ensemble.abandon(id, saying: "So far")
                let reply = try await ensemble.client.cancelTurn(CancelTurnRequest(turnID: id), ensemble.context())
                #expect(reply.wasRunning)
                let key = TurnKey(organisation: ensemble.principal.organisation, turn: id, epoch: 1)
                let answer = try await ensemble.log.append(
                    [], to: key, keep: .seconds(60), deadline: ensemble.context().deadline)
                #expect(answer == .cancelRequested)
            }
        }

        @Test func anEndedTurnWasNotRunning() async throws {
            try await Ensemble().run { ensemble in
                let request = ensemble.request("Hi")
                _ = try await ensemble.start(request)
                let reply = try await ensemble.client.cancelTurn(
                    CancelTurnRequest(turnID: request.turnID), ensemble.context())
                #expect(!reply.wasRunning)
            }
        }
    }
}

extension Ensemble {
    /// Tokens in a turn's log.
    func logged(_ id: TurnID) -> UInt32 { log.stored.withLock { ($0.records[id] ?? []).tally.completion } }
}
