// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerService
import Primitives
import RPC
import Testing

struct ListAdaptersTests {
    @Test func adaptersAreListedAndReportedAsModels() async throws {
        let worker = WorkerFixture(adapters: ["poet", "clerk"])
        try await worker.engine.serving {
            // The settings' adapters are there when the first answer is.
            _ = try await worker.client.read(WorkerFixture.request())
            let reply = try await worker.admin.listAdapters(ListAdaptersRequest(), WorkerFixture.context())
            #expect(reply.adapters.map(\.name) == ["clerk", "poet"] && reply.limit == 3)
            #expect(reply.adapters.map(\.model) == ["smollm2-135m:clerk", "smollm2-135m:poet"])
            let load = try await worker.admin.getLoad(GetLoadRequest(), WorkerFixture.context())
            #expect(
                load.models.map(\.name) == [
                    WorkerFixture.chat, "smollm2-135m:clerk", "smollm2-135m:poet", WorkerFixture.embedding,
                ])
            #expect(load.models.map(\.baseModel) == [nil, WorkerFixture.chat, WorkerFixture.chat, nil])
        }
    }

    /// Goal: the whole way of a request by its model's name.
    @Test func aModelsNameChoosesTheAdapter() async throws {
        let worker = WorkerFixture(adapters: ["poet"])
        try await worker.engine.serving {
            let plain = try await worker.client.read(WorkerFixture.request())
            var request = WorkerFixture.request(turn: 2)
            request.model = "smollm2-135m:poet"
            let adapted = try await worker.client.read(request)
            #expect(adapted.ids != plain.ids && adapted.started?.cachedTokens == 0)
            for name in ["smollm2-135m:clerk", "smollm2-135m:", "smollm2-135m:poet:poet", "smollm2", "other:poet"] {
                request.model = name
                let refusal = await worker.client.refusal(request)
                #expect(refusal?.code == .notFound && refusal?.reason == "model_not_found", "\(name)")
            }
        }
    }
}
