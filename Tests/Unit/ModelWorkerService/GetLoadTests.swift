// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import RPC
import Testing

struct GetLoadTests {
    @Test func theLoadSaysWhatTheWorkerIs() async throws {
        let worker = WorkerFixture()
        try await worker.engine.serving {
            _ = try await worker.client.read(WorkerFixture.request())
            _ = try await worker.admin.drain(DrainRequest(), WorkerFixture.context())
            let load = try await worker.admin.getLoad(GetLoadRequest(), WorkerFixture.context())
            #expect(load.isDraining && load.maxRunning == 8 && load.instance == 77)
            #expect(load.prefillTokensPerSecond > 0 && !load.stepUsByBatch.isEmpty)
        }
    }
}
