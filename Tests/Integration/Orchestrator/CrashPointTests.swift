// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import Primitives
import Synchronization
import Testing

@testable import OrchestratorService

/// Goal: wherever a turn's owner dies, the turn reaches exactly one terminal state, and billing hears of it once with
/// the numbers of the log.
/// Method: take the owner's steps by hand up to the crash point of Docs/Turn.md, sweep as another process would, then
/// let the dead owner come back and try everything it would still do.
@Suite struct CrashPointTests {
    enum CrashPoint: String, CaseIterable, Sendable {
        case afterAccept, afterBegin, afterStarted, midAnswer, afterLastToken, afterSettlement
    }

    @Test(arguments: CrashPoint.allCases)
    func everyTurnEndsOnce(point: CrashPoint) async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn(isStored: true)
            let key = under.key(turn)
            let logged = try await live(turn, until: point, under)

            let count = try await under.sweeper.sweepOnce()
            #expect(count == (point == .afterSettlement ? 0 : 1))
            let known = try #require(
                try await under.parts.turns.find(turn.turn, of: turn.organisation, deadline: under.deadline))
            #expect(known.state == (point == .afterSettlement ? .settled : logged > 0 ? .expired : .released))
            #expect(known.tally.completion == logged)
            #expect(try await under.outbox(turn) == 1)

            // The dead owner comes back and finds every door shut.
            if point != .afterSettlement {
                let answer = try await under.append([.tokens(ReleasedPiece(seq: 9, count: 1, text: [65]))], to: key)
                #expect(answer == .stale)
            }
            let late = try await under.parts.turns.end(
                key, under.ended(turn, .finished("stop"), TokenTally(prompt: 9, completion: 99)),
                deadline: under.deadline)
            if point != .afterSettlement { #expect(late == .lost) }
            #expect(try await under.sweeper.sweepOnce() == 0)
            #expect(try await under.outbox(turn) == 1)

            for _ in 0..<3 { try await under.parts.relay.relayOnce() }
            let settled = under.ledger.settled.withLock { $0 }
            let released = under.ledger.released.withLock { $0 }
            #expect(settled.count + released.count == 1)
            #expect((settled.first?.usage.completionTokens ?? 0) == logged)
        }
    }

    /// Does what an owner does, and stops. Returns how many tokens the log then holds.
    private func live(_ turn: NewTurn, until point: CrashPoint, _ under: StoresUnderTest) async throws -> UInt32 {
        let key = under.key(turn)
        guard case .accepted = try await under.parts.turns.accept(turn, deadline: under.deadline) else {
            Issue.record("the turn was not accepted")
            return 0
        }
        if point == .afterAccept { return 0 }
        let item = NewItem(id: under.parts.identifiers.make(), entry: PromptEntry(.user, "Hi"))
        try await under.parts.turns.begin(key, of: turn, items: [item], deadline: under.deadline)
        if point == .afterBegin { return 0 }
        #expect(try await under.append([.started(prompt: 9, cached: 4)], to: key) == .appended)
        if point == .afterStarted { return 0 }
        let piece = ReleasedPiece(seq: 0, count: 3, text: Array("Hello".utf8))
        #expect(try await under.append([.tokens(piece)], to: key) == .appended)
        if point == .midAnswer { return 3 }
        let rest = ReleasedPiece(seq: 3, count: 1, text: Array("!".utf8))
        #expect(try await under.append([.tokens(rest)], to: key) == .appended)
        if point == .afterLastToken { return 4 }
        let result = try await under.parts.turns.end(
            key, under.ended(turn, .finished("stop"), TokenTally(prompt: 9, cached: 4, completion: 4), text: "Hello!"),
            deadline: under.deadline)
        guard case .ended(outbox: .some) = result else {
            Issue.record("the settlement was not written: \(result)")
            return 4
        }
        return 4
    }

    @Test func anExpiredStoredTurnKeepsWhatWasSaid() async throws {
        try await StoresUnderTest.run { under in
            let owner = ConversationOwner(under.principal)
            let id: ConversationID = under.parts.identifiers.make()
            _ = try await under.parts.conversations.create(
                id, owner: owner, title: "", metadata: Array("{}".utf8), deadline: under.deadline)
            let turn = under.turn(conversation: id)
            _ = try await live(turn, until: .midAnswer, under)
            try await under.sweeper.sweepOnce()
            let items = try await under.parts.conversations.items(
                of: id, owner: owner, after: nil, limit: 10, deadline: under.deadline)
            #expect(items.map(\.entry.content) == ["Hi", "Hello"])
            #expect(items.last?.finishReason == "error")
        }
    }

    @Test func aReleasedTurnTakesItsMessageBack() async throws {
        try await StoresUnderTest.run { under in
            let owner = ConversationOwner(under.principal)
            let id: ConversationID = under.parts.identifiers.make()
            _ = try await under.parts.conversations.create(
                id, owner: owner, title: "", metadata: Array("{}".utf8), deadline: under.deadline)
            _ = try await live(under.turn(conversation: id), until: .afterBegin, under)
            try await under.sweeper.sweepOnce()
            let history = try await under.parts.conversations.history(
                of: id, owner: owner, most: 10, deadline: under.deadline)
            #expect(history == [])
        }
    }

    @Test func twoSweepersEndEachTurnOnce() async throws {
        try await StoresUnderTest.run { under in
            var turns: [NewTurn] = []
            for _ in 0..<30 {
                let turn = under.turn()
                _ = try await under.parts.turns.accept(turn, deadline: under.deadline)
                turns.append(turn)
            }
            let sweeper = under.sweeper
            async let one = sweeper.sweepOnce()
            async let other = sweeper.sweepOnce()
            #expect(try await one + other == 30)
            for turn in turns { #expect(try await under.outbox(turn) == 1) }
        }
    }

    @Test func aLivingTurnIsLeftAlone() async throws {
        try await StoresUnderTest.run { under in
            _ = try await under.parts.turns.accept(under.turn(lease: .seconds(20)), deadline: under.deadline)
            #expect(try await under.sweeper.sweepOnce() == 0)
        }
    }

    @Test func whileBillingIsAwayTheOutboxWaits() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn(isStored: true)
            _ = try await live(turn, until: .midAnswer, under)
            try await under.sweeper.sweepOnce()
            under.ledger.isAway.withLock { $0 = true }
            try await under.parts.relay.relayOnce()
            var counts = try await under.parts.keeper.countTurns(deadline: under.deadline)
            #expect(counts.expired == 1 && counts.waiting == 1)
            under.ledger.isAway.withLock { $0 = false }
            // The back-off after one failure is half a second.
            while counts.waiting > 0 {
                try await under.parts.relay.relayOnce()
                counts = try await under.parts.keeper.countTurns(deadline: under.deadline)
            }
            #expect(under.ledger.settled.withLock { $0.count } == 1)
            let known = try await under.parts.turns.find(turn.turn, of: turn.organisation, deadline: under.deadline)
            #expect(known?.chargedMicros == 42)
        }
    }
}
