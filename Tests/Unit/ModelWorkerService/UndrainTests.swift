// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import RPC
import Testing

struct UndrainTests {
    @Test func anUndrainedWorkerTakesWorkAgain() async throws {
        let worker = WorkerFixture()
        try await worker.engine.serving {
            _ = try await worker.admin.drain(DrainRequest(), WorkerFixture.context())
            #expect(await worker.client.refusal(WorkerFixture.request())?.reason == "draining")
            _ = try await worker.admin.undrain(UndrainRequest(), WorkerFixture.context())
            #expect(try await worker.client.read(WorkerFixture.request()).ids.count == 8)
        }
    }
}
