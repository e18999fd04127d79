// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import NIOCore
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

        /// Goal: one turn that was paid for is not read by everybody at once; whoever leaves makes room.
        @Test func fewMayComeBackAtOnce() async throws {
            try await Ensemble().run { ensemble in
                let (end, mayEnd) = AsyncStream<Void>.makeStream()
                for worker in ensemble.workers.values {
                    worker.change { $0.stall = { _ in for await _ in end { return } } }
                }
                let request = ensemble.request("Hi")
                let organisation = ensemble.principal.organisation
                async let whole = ensemble.start(request)
                while ensemble.parts.runner.find(request.turnID, of: organisation) == nil { await Task.yield() }
                try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<ResumedStreams.mostOfOneTurn {
                        group.addTask { try await resume(ensemble, request.turnID).text }
                    }
                    while ensemble.parts.resumed.count(of: request.turnID, organisation) < 4 { await Task.yield() }
                    let failure = await #expect(throws: Failure.self) {
                        try await resume(ensemble, request.turnID)
                    }
                    #expect(failure?.code == .resourceExhausted && failure?.reason == "too_many_streams")
                    mayEnd.finish()
                    for try await text in group { #expect(text == "Hello!") }
                }
                #expect(try await whole.text == "Hello!")
                #expect(try await resume(ensemble, request.turnID).text == "Hello!")
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

        /// Goal: wherever a client stops reading, what it is told later is the rest: no byte twice, none lost.
        /// - Parameter isPaced: the client reads token by token what the log joins.
        @Test(arguments: [false, true]) func everyPlaceInAnEndedTurnHasItsRest(isPaced: Bool) async throws {
            try await Ensemble(bounds: { $0.logInterval = .milliseconds(isPaced ? 50 : 1) }).run { ensemble in
                for worker in ensemble.workers.values {
                    worker.change {
                        // A character in several tokens, and a beginning of a stop string that is shown at the end.
                        $0.seeded = isPaced ? nil : SeededAnswer()
                        $0.chunks = (0..<40).map { "\($0) " }
                        $0.pause = 3
                    }
                }
                var request = ensemble.request("Hi")
                request.sampling.seed = 31
                request.stop = ["zzz", "p zzz"]
                let places = Mutex<[UInt32: String]>.Box([:])
                let whole = try await ensemble.client.startTurn(request, ensemble.context()) { events in
                    var told = Ensemble.Told()
                    while let element = try await events.next() {
                        switch element {
                        case .tokens(let chunk):
                            told.text += String(buffer: chunk.text)
                            let text = told.text
                            // What an event's id says.
                            places.change { $0[chunk.seq + max(1, UInt32(chunk.count))] = text }
                        case .event(let event):
                            if case .finished(let finished) = event.kind { told.finished = finished }
                        }
                    }
                    return told
                }
                #expect(!whole.text.isEmpty)
                let joined = ensemble.log.stored.withLock { $0.records[request.turnID] ?? [] }.contains { record in
                    if case .tokens(let piece) = record.entry { piece.parts.count > 1 } else { false }
                }
                #expect(joined || !isPaced, "nothing was joined, so nothing is tried")
                for (place, read) in places.value {
                    let rest = try await resume(ensemble, request.turnID, after: place)
                    #expect(read + rest.text == whole.text && rest.finished == whole.finished, "after \(place)")
                }
            }
        }

        /// Goal: the same when the log holds pieces that were joined from what a client read one by one.
        @Test func aJoinedPieceIsCutWhereItWasJoined() {
            let parts = [(2, "ab"), (1, ""), (3, "cdé"), (0, "tail")].map {
                ReleasedPiece.Part(count: UInt32($0.0), bytes: $0.1.utf8.count)
            }
            let piece = ReleasedPiece(seq: 4, count: 6, text: Array("abcdé".utf8), parts: Array(parts.prefix(3)))
            #expect(piece.from(0) == piece && piece.from(4) == piece)
            #expect(piece.from(6).map { String(decoding: $0.text, as: UTF8.self) } == "cdé")
            #expect(piece.from(7)?.seq == 7 && piece.from(7)?.count == 3)
            #expect(piece.from(10) == nil && piece.from(99) == nil)
            let tail = ReleasedPiece(seq: 10, count: 0, text: Array("tail".utf8))
            #expect(tail.from(10) == tail && tail.from(tail.next) == nil)
        }

        /// Goal: a client that said it would come back finds its turn going on; one that did not has ended it.
        @Test func aTurnOutlivesAClientThatComesBack() async throws {
            try await Ensemble(bounds: { $0.linger = .seconds(20) }).run { ensemble in
                ensemble.workers.values.forEach {
                    $0.change {
                        $0.chunks = (0..<40).map { "\($0) " }
                        $0.pause = 5
                    }
                }
                var request = ensemble.request("Hi")
                request.isResumable = true
                let read = try await ensemble.client.startTurn(request, ensemble.context()) { events in
                    var read = Ensemble.Told()
                    while let element = try await events.next() {
                        guard case .tokens(let chunk) = element else { continue }
                        read.text += String(buffer: chunk.text)
                        read.tokens = chunk.seq + UInt32(chunk.count)
                        if read.tokens >= 3 { break }
                    }
                    return read
                }
                let rest = try await resume(ensemble, request.turnID, after: read.tokens)
                let whole = (0..<40).map { "\($0) " }.joined()
                #expect(read.text + rest.text == whole && rest.finished?.finishReason == "stop")
                #expect(ensemble.billing.value.settled.map(\.usage.completionTokens) == [40])
            }
        }

        /// Goal: a client that stays away after all is not waited for for ever; one that follows the log elsewhere is
        /// there.
        @Test func aTurnThatNobodyComesBackToEnds() async throws {
            try await Ensemble(bounds: { $0.linger = .milliseconds(60) }).run { ensemble in
                ensemble.workers.values.forEach {
                    $0.change {
                        $0.chunks = Array(repeating: "a", count: 2_000)
                        $0.pause = 5
                    }
                }
                var request = ensemble.request("Hi")
                request.isResumable = true
                try await ensemble.log.attend(
                    request.turnID, of: ensemble.principal.organisation, for: .milliseconds(400),
                    deadline: ensemble.context().deadline)
                let before = SystemTime().now()
                try await ensemble.client.startTurn(request, ensemble.context()) { events in
                    while let element = try await events.next() {
                        if case .tokens = element { return }
                    }
                }
                while ensemble.billing.value.settled.isEmpty { await Task.yield() }
                #expect(ensemble.billing.value.settled.map(\.outcome) == ["cancelled"])
                #expect(SystemTime().now() - before >= .milliseconds(400), "while somebody attends it goes on")
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
