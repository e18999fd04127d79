// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import RPC
import Testing

@Suite struct JudgeStreamCallTests {
    @Test func aStreamIsJudgedChunkByChunk() async throws {
        try await ModerationFixture.use { fixture in
            let chunks = ["Card 4111 1111", " 1111 1111", " is yours"]
            let released = try await fixture.peers.judgeStream(fixture.context(fixture.organisation(3))) {
                writer, reader in
                try await writer.send(JudgeStreamInput(kind: .start(JudgeStreamStart(direction: .output))))
                guard case .event(let first) = try await reader.next() else { return [UInt64]() }
                #expect(first.failMode == .open)
                var offset = 0
                var released: [UInt64] = []
                for (index, text) in chunks.enumerated() {
                    try await writer.send(
                        JudgeStreamInput(
                            kind: .chunk(
                                JudgeStreamChunk(
                                    offset: UInt64(offset), text: text, isLast: index == chunks.count - 1))))
                    offset += text.utf8.count
                    guard case .event(let output) = try await reader.next() else { break }
                    released.append(output.releasedUpTo)
                    if index == 2 { #expect(output.redactions.map(\.kind) == ["card"]) }
                }
                return released
            }
            #expect(released == [5, 5, 33])
        }
    }
}
