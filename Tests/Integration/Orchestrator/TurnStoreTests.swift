// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Primitives
import Testing

@testable import OrchestratorService

@Suite struct TurnStoreTests {
    @Test func aTurnIsAcceptedOnce() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn()
            guard case .accepted = try await under.parts.turns.accept(turn, deadline: under.deadline),
                case .known(let known) = try await under.parts.turns.accept(turn, deadline: under.deadline)
            else {
                Issue.record("the second time the turn must be known")
                return
            }
            #expect(known.user == turn.user && known.state == .running && known.epoch == 1)
        }
    }

    @Test func aTurnNeedsItsConversation() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn(conversation: under.parts.identifiers.make())
            guard case .noSuchConversation = try await under.parts.turns.accept(turn, deadline: under.deadline) else {
                Issue.record("a conversation that does not exist must not get turns")
                return
            }
        }
    }

    /// An end whose answer was lost on the way is written again, and must be found written, not refused.
    @Test func endingTwiceIsEndingOnce() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn()
            _ = try await under.parts.turns.accept(turn, deadline: under.deadline)
            let ended = under.ended(turn, .finished("stop"), TokenTally(prompt: 1, completion: 1))
            let first = try await under.parts.turns.end(under.key(turn), ended, deadline: under.deadline)
            let second = try await under.parts.turns.end(under.key(turn), ended, deadline: under.deadline)
            #expect(first == second && first != .lost)
            #expect(try await under.outbox(turn) == 1)
        }
    }

    @Test func messagesKeepTheirOrderAndTheirTokens() async throws {
        try await StoresUnderTest.run { under in
            let owner = ConversationOwner(under.principal)
            let id: ConversationID = under.parts.identifiers.make()
            _ = try await under.parts.conversations.create(
                id, owner: owner, title: "", metadata: Array("{}".utf8), deadline: under.deadline)
            let turn = under.turn(conversation: id)
            _ = try await under.parts.turns.accept(turn, deadline: under.deadline)
            let passage = Passage(
                number: 1, file: under.parts.identifiers.make(), passage: under.parts.identifiers.make(),
                filename: "sea.md", text: "Deep.", score: 0.5, startByte: 2, endByte: 7)
            let entries = [
                PromptEntry(.system, "Be brief."),
                PromptEntry(.user, "How deep?", name: "ada", toolCalls: nil, passages: [passage]),
            ]
            let ids = under.parts.orderedItemIDs(2)
            let items = zip(ids, entries).map { NewItem(id: $0, entry: $1) }
            try await under.parts.turns.begin(under.key(turn), of: turn, items: items, deadline: under.deadline)
            _ = try await under.parts.turns.end(
                under.key(turn),
                under.ended(turn, .finished("stop"), TokenTally(prompt: 1, completion: 2), text: "Very."),
                deadline: under.deadline)
            let history = try await under.parts.conversations.history(
                of: id, owner: owner, most: 10, deadline: under.deadline)
            #expect(history == entries + [PromptEntry(.assistant, "Very.", tokens: [1, 70_000], tokenizer: "t")])
        }
    }

    @Test func leasesAreRenewedForLivingTurnsOnly() async throws {
        try await StoresUnderTest.run { under in
            var turns = [under.turn(), under.turn()]
            for index in turns.indices {
                turns[index].owner = under.parts.process
                _ = try await under.parts.turns.accept(turns[index], deadline: under.deadline)
            }
            try await under.parts.keeper.renewLeases(
                of: under.parts.process, turns: [turns[0].turn], lease: .seconds(20), deadline: under.deadline)
            let adopted = try await under.parts.keeper.adoptExpired(
                by: under.parts.process, lease: .seconds(20), most: 10, deadline: under.deadline)
            #expect(adopted.map(\.key) == [under.key(turns[1], epoch: 2)])
        }
    }
}

@Suite struct RouteStoreTests {
    @Test func routesAreKeptWholeAndReplaced() async throws {
        try await StoresUnderTest.run { under in
            var route = ModelRoute(
                name: "assistant",
                pools: [.init(model: "large", plans: [.pro], complexity: 40...100, weight: 2), .init(model: "small")],
                canary: .init(model: "next", permille: 100), fallbacks: ["small"], maxWait: .milliseconds(700),
                budgets: [.free: 500])
            try await under.parts.routes.set(route, deadline: under.deadline)
            route.canary = nil
            try await under.parts.routes.set(route, deadline: under.deadline)
            try await under.parts.routes.readOnce()
            #expect(under.parts.routes.all == [route])
            #expect(try await under.parts.routes.remove("assistant", deadline: under.deadline))
            try await under.parts.routes.readOnce()
            #expect(under.parts.routes.all.isEmpty)
        }
    }
}

@Suite struct RedisStoreTests {
    @Test func aStaleEpochIsRefused() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn()
            let piece = TurnLogEntry.tokens(ReleasedPiece(seq: 0, count: 1, text: Array("a\u{0}ö".utf8)))
            #expect(try await under.append([.started(prompt: 3, cached: 1), piece], to: under.key(turn)) == .appended)
            #expect(try await under.append([.adopted], to: under.key(turn, epoch: 2)) == .appended)
            #expect(try await under.append([piece], to: under.key(turn)) == .stale)
            let records = try await under.parts.log.read(
                turn.turn, of: turn.organisation, after: "", most: 10, deadline: under.deadline)
            #expect(records.map(\.entry) == [.started(prompt: 3, cached: 1), piece, .adopted])
            #expect(records.map(\.epoch) == [1, 1, 2])
            let rest = try await under.parts.log.read(
                turn.turn, of: turn.organisation, after: records[1].id, most: 10, deadline: under.deadline)
            #expect(rest == Array(records.suffix(1)))
        }
    }

    /// Goal: a piece that was joined is read as it was written, so that it can be cut where it was joined.
    @Test func aJoinedPieceKeepsItsParts() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn()
            let parts = [
                ReleasedPiece.Part(count: 2, bytes: 3), ReleasedPiece.Part(count: 1, bytes: 0),
                ReleasedPiece.Part(count: 1, bytes: 2),
            ]
            let piece = TurnLogEntry.tokens(
                ReleasedPiece(seq: 0, count: 4, text: Array("abcé".utf8), parts: parts))
            #expect(try await under.append([piece, .adopted], to: under.key(turn)) == .appended)
            let records = try await under.parts.log.read(
                turn.turn, of: turn.organisation, after: "", most: 10, deadline: under.deadline)
            #expect(records.map(\.entry) == [piece, .adopted])
        }
    }

    @Test func aFollowerElsewhereIsSeenForAWhile() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn()
            let log = under.parts.log
            #expect(try await !log.isAttended(turn.turn, of: turn.organisation, deadline: under.deadline))
            try await log.attend(
                turn.turn, of: turn.organisation, for: .milliseconds(200), deadline: under.deadline)
            #expect(try await log.isAttended(turn.turn, of: turn.organisation, deadline: under.deadline))
            while try await log.isAttended(turn.turn, of: turn.organisation, deadline: under.deadline) {}
        }
    }

    @Test func aCancelIsHeardByTheOwner() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn()
            let log = under.parts.log
            #expect(try await !log.requestCancel(turn.turn, of: turn.organisation, deadline: under.deadline))
            _ = try await under.append([.started(prompt: 3, cached: 1)], to: under.key(turn))
            #expect(try await log.requestCancel(turn.turn, of: turn.organisation, deadline: under.deadline))
            #expect(try await under.append([], to: under.key(turn)) == .cancelRequested)
        }
    }

    /// Goal: what a slow reader read before a turn wrote never comes back as the present.
    @Test func theCacheNeverGoesBack() async throws {
        try await StoresUnderTest.run { under in
            let owner = ConversationOwner(under.principal)
            let id: ConversationID = under.parts.identifiers.make()
            let turn: TurnID = under.parts.identifiers.make()
            let cache = under.parts.cache
            let old = [PromptEntry(.user, "old")]
            let new = old + [PromptEntry(.assistant, "new", tokens: [5], tokenizer: "t")]
            try await cache.keep(old, of: id, owner: owner, deadline: under.deadline)
            #expect(try await cache.history(of: id, owner: owner, deadline: under.deadline) == old)
            try await cache.beginWrite(id, owner: owner, turn: turn, deadline: under.deadline)
            #expect(try await cache.history(of: id, owner: owner, deadline: under.deadline) == nil)
            try await cache.keep(old, of: id, owner: owner, deadline: under.deadline)
            #expect(try await cache.history(of: id, owner: owner, deadline: under.deadline) == nil)
            try await cache.endWrite(new, of: id, owner: owner, turn: turn, deadline: under.deadline)
            #expect(try await cache.history(of: id, owner: owner, deadline: under.deadline) == new)
            // Two turns at once: neither knows the other's words, so nothing is kept.
            try await cache.beginWrite(id, owner: owner, turn: turn, deadline: under.deadline)
            try await cache.beginWrite(
                id, owner: owner, turn: under.parts.identifiers.make(), deadline: under.deadline)
            try await cache.endWrite(new, of: id, owner: owner, turn: turn, deadline: under.deadline)
            #expect(try await cache.history(of: id, owner: owner, deadline: under.deadline) == nil)
        }
    }
}
