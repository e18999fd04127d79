// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerService
import Primitives
import RPC
import Testing

struct LoadAdapterTests {
    @Test func aLoadedAdapterAnswersAtOnce() async throws {
        let worker = WorkerFixture(adapters: [])
        try await worker.engine.serving {
            let reply = try await worker.admin.loadAdapter(
                LoadAdapterRequest(name: "poet", file: "poet.gguf"), WorkerFixture.context())
            #expect(reply.model == "smollm2-135m:poet")
            var request = WorkerFixture.request()
            request.model = reply.model
            #expect(try await worker.client.read(request).ids.count == 8)
        }
    }

    @Test func whatCannotBeLoadedIsSaid() async throws {
        let worker = WorkerFixture(adapters: ["poet"])
        try await worker.engine.serving {
            _ = try await worker.client.read(WorkerFixture.request())
            for (name, file, reason) in [
                ("poet", "a", "adapter_taken"), ("two words", "a", "adapter_name"), ("x", "../a", "adapter_file"),
            ] {
                let error = await #expect(throws: Failure.self) {
                    _ = try await worker.admin.loadAdapter(
                        LoadAdapterRequest(name: name, file: file), WorkerFixture.context())
                }
                #expect(error?.reason == reason)
            }
            for name in ["b", "c"] {
                _ = try await worker.admin.loadAdapter(
                    LoadAdapterRequest(name: name, file: "a"), WorkerFixture.context())
            }
            let full = await #expect(throws: Failure.self) {
                _ = try await worker.admin.loadAdapter(
                    LoadAdapterRequest(name: "d", file: "a"), WorkerFixture.context())
            }
            #expect(full?.reason == "too_many_adapters")
        }
    }

    @Test func aWorkerWithoutAFolderLoadsNone() async throws {
        let worker = WorkerFixture()
        let error = await #expect(throws: Failure.self) {
            _ = try await worker.admin.loadAdapter(
                LoadAdapterRequest(name: "poet", file: "a"), WorkerFixture.context())
        }
        #expect(error?.reason == "adapters_fixed" && error?.code == .failedPrecondition)
    }
}
