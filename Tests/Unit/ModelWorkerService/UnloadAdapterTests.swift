// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerService
import Primitives
import RPC
import Testing

struct UnloadAdapterTests {
    @Test func anUnloadedAdapterIsUnknown() async throws {
        let worker = WorkerFixture(adapters: ["poet"])
        try await worker.engine.serving {
            var request = WorkerFixture.request()
            request.model = "smollm2-135m:poet"
            _ = try await worker.client.read(request)
            let unload = UnloadAdapterRequest(name: "poet")
            let reply = try await worker.admin.unloadAdapter(unload, WorkerFixture.context())
            #expect(reply.stillRunning == 0)
            #expect(await worker.client.refusal(request)?.reason == "model_not_found")
            let load = try await worker.admin.getLoad(GetLoadRequest(), WorkerFixture.context())
            #expect(!load.models.contains { $0.name == request.model })
            let again = await #expect(throws: Failure.self) {
                _ = try await worker.admin.unloadAdapter(unload, WorkerFixture.context())
            }
            #expect(again?.reason == "adapter_not_found" && again?.code == .notFound)
        }
    }
}
