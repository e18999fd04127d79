// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives
import Testing

struct RunningTurnsTests {
    private let turn = TurnID(UUIDv7(high: 1, low: 2))

    @Test func aStaleEpochIsRefused() throws {
        var turns = RunningTurns()
        #expect(try turns.begin(turn, epoch: 3, as: RequestID(1)) == nil)
        #expect(throws: RunningTurns.StaleEpoch(running: 3)) { try turns.begin(turn, epoch: 2, as: RequestID(2)) }
    }

    @Test func aNewerEpochDisplacesTheOlder() throws {
        var turns = RunningTurns()
        _ = try turns.begin(turn, epoch: 1, as: RequestID(1))
        #expect(try turns.begin(turn, epoch: 2, as: RequestID(2)) == RequestID(1))
        turns.end(turn, as: RequestID(1))
        #expect(throws: RunningTurns.StaleEpoch(running: 2)) { try turns.begin(turn, epoch: 1, as: RequestID(3)) }
    }

    @Test func anEndedTurnMayBeginAgain() throws {
        var turns = RunningTurns()
        _ = try turns.begin(turn, epoch: 5, as: RequestID(1))
        turns.end(turn, as: RequestID(1))
        #expect(try turns.begin(turn, epoch: 1, as: RequestID(2)) == nil)
    }
}
