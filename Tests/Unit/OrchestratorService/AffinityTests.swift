// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    /// Goal: the second turn goes where the first one's prefix is cached.
    /// Method: two workers, eight other conversations that run all the while, twenty pairs of turns, with and without
    /// a stored conversation.
    @Suite struct AffinityTests {
        @Test(arguments: [false, true])
        func theSecondTurnMeetsTheFirstOnesWorker(isStored: Bool) async throws {
            try await Ensemble().run { ensemble in
                ensemble.workers.values.forEach { $0.change { $0.pause = 1 } }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<8 {
                        group.addTask {
                            while !Task.isCancelled {
                                _ = try await ensemble.start(ensemble.request("Noise \(number)"))
                            }
                        }
                    }
                    for number in 0..<20 {
                        let first = ensemble.request("Question \(number)")
                        var opening = first
                        var next = ensemble.request("Question \(number)", "Hello!", "And then?")
                        if isStored {
                            let id = try await ensemble.conversation().conversationID
                            opening.conversationID = id
                            next = ensemble.request("And then?")
                            next.conversationID = id
                        }
                        _ = try await ensemble.start(opening)
                        _ = try await ensemble.start(next)
                        #expect(ensemble.worker(of: opening.turnID) == ensemble.worker(of: next.turnID))
                    }
                    group.cancelAll()
                }
            }
        }
    }
}

extension Ensemble {
    func worker(of turn: TurnID) -> WorkerAddress? {
        workers.first { $0.value.value.requests.contains { $0.turnID == turn } }?.key
    }
}
