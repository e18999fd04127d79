// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerService
import Primitives
import RPC
import Testing

struct WatchLoadTests {
    @Test func theFirstReportComesAtOnceAndNamesTheModels() async throws {
        let worker = WorkerFixture()
        try await worker.engine.serving {
            try await worker.client.watchLoad(WatchLoadRequest(), WorkerFixture.context()) { reader in
                guard case .event(let report) = try await reader.next() else {
                    Issue.record("no report")
                    return
                }
                #expect(report.sequence == 1 && report.instance == 77 && report.maxRunning == 8)
                #expect(report.models.map(\.name) == [WorkerFixture.chat, WorkerFixture.embedding])
                #expect(report.models.map(\.kind) == ["chat", "embedding"])
                #expect(report.models[1].embeddingDimensions == 384 && report.totalCacheTokens == 4_096)
            }
        }
    }

    @Test func workShowsWithItsBlocksAndNumbersWithoutGaps() async throws {
        let worker = WorkerFixture(SimulationSettings(step: .milliseconds(1), prefillPerToken: .zero, answerTokens: 0))
        try await worker.engine.serving {
            let client = worker.client
            try await client.watchLoad(WatchLoadRequest(), WorkerFixture.context()) { reader in
                var request = WorkerFixture.request(max: 200)
                request.prefixBlocks = [21, 22]
                async let answer = client.read(request)
                var expected: UInt64 = 1
                var blocks: [UInt64] = []
                var hasRun = false
                while blocks.isEmpty || !hasRun {
                    guard case .event(let report) = try await reader.next() else { break }
                    #expect(report.sequence == expected)
                    expected += 1
                    blocks += report.insertedBlocks
                    hasRun = hasRun || report.running == 1
                }
                #expect(blocks == [21, 22] && hasRun)
                _ = try await answer
            }
        }
    }
}
