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
    @Suite struct ResumeTurnTests {
        private func resume(_ ensemble: Ensemble, _ id: TurnID, after: UInt32 = 0) async throws -> Ensemble.Told {
            try await ensemble.client.resumeTurn(
                ResumeTurnRequest(turnID: id, afterSeq: after), ensemble.context()
            ) { try await Ensemble.collect($0) }
        }

        @Test func anEndedTurnIsToldFromItsLog() async throws {
            try await Ensemble().run { ensemble in
                let request = ensemble.request("Hi")
                let first = try await ensemble.start(request)
                let again = try await resume(ensemble, request.turnID)
                #expect(again.text == "Hello!" && again.finished == first.finished)
            }
        }

        @Test func aRunningTurnIsFollowedFromAToken() async throws {
            try await Ensemble().run { ensemble in
                ensemble.workers.values.forEach { $0.change { $0.pause = 20 } }
                let request = ensemble.request("Hi")
                async let whole = ensemble.start(request)
                while ensemble.parts.runner.find(request.turnID, of: ensemble.principal.organisation) == nil {
                    await Task.yield()
                }
                let rest = try await resume(ensemble, request.turnID, after: 2)
                #expect(rest.text == "!")
                #expect(try await whole.text == "Hello!")
            }
        }

        @Test func whatNobodyKnowsIsNotFound() async throws {
            try await Ensemble().run { ensemble in
                let failure = await #expect(throws: Failure.self) {
                    try await resume(ensemble, ensemble.identifiers.make())
                }
                #expect(failure?.code == .notFound)
            }
        }

        /// Goal: a client whose server died hears how its turn ended.
        @Test func anAdoptedTurnIsToldAsExpired() async throws {
            try await Ensemble().run { ensemble in
                let id: TurnID = ensemble.identifiers.make()
                try await ensemble.abandon(id, saying: "Half an ans")
                try await TurnSweeper(ensemble.parts, interval: .seconds(5)).sweepOnce()
                let told = try await resume(ensemble, id)
                #expect(told.text == "Half an ans")
                #expect(told.finished?.errorReason == "turn_expired" && told.finished?.usage.completionTokens == 2)
                let stored = ensemble.turns.stored.withLock { $0 }
                #expect(stored.rows[id]?.life.state == .expired && stored.outbox.count == 1)
            }
        }
    }
}

extension Ensemble {
    /// Leaves a turn as a process that died in the middle of the answer does.
    func abandon(_ id: TurnID, saying text: String) async throws {
        let row = NewTurn(
            organisation: principal.organisation, turn: id, user: principal.user, project: principal.project,
            conversation: nil, isStored: false, model: "m", owner: identifiers.next(), lease: .zero)
        let key = TurnKey(organisation: principal.organisation, turn: id, epoch: 1)
        let deadline = context().deadline
        _ = try await turns.accept(row, deadline: deadline)
        _ = try await log.append(
            [
                .started(prompt: 5, cached: 0),
                .tokens(ReleasedPiece(seq: 0, count: 2, text: Array(text.utf8))),
            ], to: key, keep: .seconds(60), deadline: deadline)
        turns.stored.withLock { $0.rows[id]?.isAbandoned = true }
    }
}
