// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerDomain
import NIOCore
import Primitives
import RPC
import Testing

@testable import ModelWorkerService

/// Goal: tokens that come closely leave together, none is lost, repeated or late, and the first waits for nobody.
struct TokenGatheringTests {
    private typealias Piece = TokenChunk

    private static func piece(_ seq: UInt32, _ text: String, count: UInt16 = 1, ids: [UInt32] = []) -> Piece {
        Piece(seq: seq, count: count, text: text, ids: ids)
    }

    /// What a reader gets of a handler that gathers.
    private func read(
        every interval: Duration, until enough: @escaping ([Piece]) -> Bool = { _ in false },
        _ body: @escaping @Sendable (TokenGathering, AsyncStream<Void>) async throws -> Void
    ) async throws -> [Piece] {
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        var table = MethodTable()
        table.serverStreaming(ModelWorkerMethods.generate) { _, _, writer in
            try await body(TokenGathering(writer, interval: interval), released)
        }
        let client = ModelWorkerClient(.inProcess(table: table, caller: .orchestrator))
        return try await client.generate(WorkerFixture.request(), WorkerFixture.context()) { reader in
            var pieces: [Piece] = []
            while let element = try await reader.next() {
                if case .tokens(let piece) = element { pieces.append(piece) }
                if enough(pieces) { release.finish() }
            }
            return pieces
        }
    }

    @Test func whatComesCloselyLeavesTogetherBehindTheFirst() async throws {
        let pieces = try await read(every: .seconds(30)) { gathering, _ in
            for seq in 0..<4 as Range<UInt32> { try await gathering.send(Self.piece(seq, "\(seq)")) }
            try await gathering.flush()
            try await gathering.flush()
        }
        #expect(pieces == [Self.piece(0, "0"), Self.piece(1, "123", count: 3)])
    }

    /// What was made before an engine failed is told before the failure.
    @Test func whatIsHeldLeavesWithoutWaitingToo() async throws {
        let pieces = try await read(every: .seconds(30)) { gathering, _ in
            for seq in 0..<4 as Range<UInt32> { try await gathering.send(Self.piece(seq, "\(seq)")) }
            gathering.flushNow()
            gathering.flushNow()
        }
        #expect(pieces == [Self.piece(0, "0"), Self.piece(1, "123", count: 3)])
    }

    /// The handler says nothing more until its reader has everything: only the timer can have sent the rest.
    @Test func whatIsHeldLeavesThoughNothingFollows() async throws {
        let isWhole: ([Piece]) -> Bool = { pieces in pieces.last.map { $0.seq + UInt32($0.count) } == 3 }
        let pieces = try await read(every: .milliseconds(10), until: isWhole) {
            gathering, released in
            for seq in 0..<3 as Range<UInt32> { try await gathering.send(Self.piece(seq, "\(seq)")) }
            for await _ in released {}
        }
        #expect(pieces.map { String(buffer: $0.text) }.joined() == "012")
    }

    @Test func withoutAnIntervalEachLeavesAsItComes() async throws {
        let pieces = try await read(every: .zero) { gathering, _ in
            for seq in 0..<4 as Range<UInt32> { try await gathering.send(Self.piece(seq, "\(seq)")) }
        }
        #expect(pieces.map(\.count) == [1, 1, 1, 1])
    }

    @Test func whatCannotBeOnePieceStaysTwo() async throws {
        let pieces = try await read(every: .seconds(30)) { gathering, _ in
            try await gathering.send(Self.piece(0, "a", ids: [7]))
            try await gathering.send(Self.piece(1, "b", ids: [8]))
            try await gathering.send(Self.piece(2, "c", ids: [9]))
            // Told without its id, then out of its place, then text that was held back and has no token.
            try await gathering.send(Self.piece(3, "d"))
            try await gathering.send(Self.piece(9, "e"))
            try await gathering.send(Self.piece(10, "f", count: 0))
        }
        #expect(
            pieces == [
                Self.piece(0, "a", ids: [7]), Self.piece(1, "bc", count: 2, ids: [8, 9]), Self.piece(3, "d"),
                Self.piece(9, "e"), Self.piece(10, "f", count: 0),
            ])
    }

    @Test func neverMoreIsHeldThanTheBound() async throws {
        let count = UInt32(3 * TokenGathering.most.tokens)
        let pieces = try await read(every: .seconds(30)) { gathering, _ in
            for seq in 0..<count { try await gathering.send(Self.piece(seq, "x")) }
            try await gathering.flush()
        }
        #expect(pieces.reduce(0) { $0 + UInt32($1.count) } == count)
        #expect(pieces.allSatisfy { $0.count <= TokenGathering.most.tokens })
        let long = String(repeating: "y", count: TokenGathering.most.bytes)
        let wide = try await read(every: .seconds(30)) { gathering, _ in
            for seq in 0..<3 as Range<UInt32> { try await gathering.send(Self.piece(seq, long)) }
        }
        #expect(wide.map(\.count) == [1, 1, 1])
    }

    /// The same answer, in fewer pieces.
    @Test func anAnswerIsTheSameGathered() async throws {
        var answers: [Answer] = []
        for interval in [Duration.zero, .milliseconds(100)] {
            let worker = WorkerFixture(
                SimulationSettings(step: .milliseconds(1), prefillPerToken: .zero, answerTokens: 0),
                gathering: interval)
            try await worker.engine.serving {
                answers.append(try await worker.client.read(WorkerFixture.request(max: 40)))
            }
        }
        #expect(answers[0].ids == answers[1].ids && answers[0].text == answers[1].text)
        #expect(answers[1].ids.count == 40 && answers[1].finished?.usage.completionTokens == 40)
        #expect(answers[1].pieces * 4 <= answers[0].pieces)
    }
}
