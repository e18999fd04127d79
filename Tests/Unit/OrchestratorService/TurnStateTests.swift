// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Testing

struct TurnStateTests {
    @Test func aTurnEndsOnce() throws {
        var life = TurnLife()
        try life.take(.start, epoch: 1)
        try life.take(.end(.settled), epoch: 1)
        for step in [TurnStep.start, .adopt, .end(.released), .end(.settled)] {
            #expect(throws: TurnRefusal.alreadyEnded(.settled)) { try life.take(step, epoch: 1) }
        }
    }

    @Test func aReplacedOwnerIsRefused() throws {
        var life = TurnLife()
        try life.take(.start, epoch: 1)
        try life.take(.adopt, epoch: 1)
        #expect(life.epoch == 2)
        #expect(throws: TurnRefusal.staleEpoch(current: 2)) { try life.take(.end(.settled), epoch: 1) }
        try life.take(.end(.expired), epoch: 2)
        #expect(life.state == .expired)
    }

    @Test func nothingEndsInAStateThatIsNoEnd() {
        var life = TurnLife()
        #expect(throws: TurnRefusal.illegal) { try life.take(.end(.running), epoch: 1) }
    }

    @Test func anAnswerThatFinishedIsSettledEvenWhenEmpty() {
        let ending = TurnEnding(.finished("stop"), tally: TokenTally(prompt: 9))
        #expect(ending.state == .settled && ending.commit == .settle && ending.finishReason == "stop")
    }

    /// Goal: what was logged is charged, and what was not is not, however the turn ended.
    @Test(arguments: [
        GenerationEnd.cancelled, .failed(word: "worker_lost", message: "Lost."), .stopped(rule: "blocklist"),
    ])
    func onlyLoggedTokensAreCharged(end: GenerationEnd) {
        let without = TurnEnding(end, tally: TokenTally(prompt: 9))
        #expect(without.state == .released && without.commit == .release)
        let with = TurnEnding(end, tally: TokenTally(prompt: 9, completion: 1))
        #expect(with.state == .settled && with.commit == .settle)
    }

    @Test func anAbandonedTurnExpiresOrIsReleased() {
        #expect(TurnEnding(.abandoned, tally: TokenTally(prompt: 9, completion: 3)).state == .expired)
        #expect(TurnEnding(.abandoned, tally: TokenTally(prompt: 9)).state == .released)
    }

    @Test func cachedTokensNeverExceedThePrompt() {
        #expect(TokenTally(prompt: 4, cached: 9).cached == 4)
    }
}
