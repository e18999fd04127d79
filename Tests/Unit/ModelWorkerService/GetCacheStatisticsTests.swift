// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerService
import Primitives
import RPC
import Testing

struct GetCacheStatisticsTests {
    @Test func everyTenantHasItsCountsAndTheSumIsOfAll() async throws {
        let worker = WorkerFixture()
        try await worker.engine.serving {
            for turn in 1...3 as ClosedRange<UInt64> {
                _ = try await worker.client.read(WorkerFixture.request("Hello there my friend", turn: turn, salt: 1))
            }
            _ = try await worker.client.read(WorkerFixture.request("Hello there my friend", turn: 9, salt: 2))
            // Counts are published with the load, a moment after the answer.
            var reply = CacheStatisticsReply(total: CacheCounts())
            while reply.total.requests < 4 {
                reply = try await worker.admin.getCacheStatistics(GetCacheStatisticsRequest(), WorkerFixture.context())
            }
            #expect(reply.total.hits == 2 && reply.tenants.map(\.requests) == [3, 1])
            #expect(reply.tenants[0].saltPrefix == [UInt8](repeating: 1, count: 8))
            #expect(reply.tenants[0].cachedTokens > 0 && reply.tenants[1].cachedTokens == 0)
            let one = try await worker.admin.getCacheStatistics(
                GetCacheStatisticsRequest(tenants: 1), WorkerFixture.context())
            #expect(one.tenants.count == 1 && one.total == reply.total)
        }
    }

    @Test func onlyTheAdminToolMayAsk() async throws {
        let worker = WorkerFixture()
        let stranger = ModelWorkerAdminClient(.inProcess(table: worker.service.methods, caller: .orchestrator))
        let error = await #expect(throws: Failure.self) {
            _ = try await stranger.getCacheStatistics(GetCacheStatisticsRequest(), WorkerFixture.context())
        }
        #expect(error?.code == .permissionDenied)
    }
}
