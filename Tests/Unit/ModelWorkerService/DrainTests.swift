// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerService
import Primitives
import RPC
import Testing

struct DrainTests {
    @Test func aDrainingWorkerFinishesAndTakesNothingNew() async throws {
        let worker = WorkerFixture(SimulationSettings(step: .milliseconds(1), prefillPerToken: .zero, answerTokens: 0))
        try await worker.engine.serving {
            let client = worker.client
            try await client.generate(WorkerFixture.request(max: 30), WorkerFixture.context()) { reader in
                _ = try await reader.next()
                _ = try await worker.admin.drain(DrainRequest(), WorkerFixture.context())
                let refusal = await client.refusal(WorkerFixture.request(turn: 2))
                #expect(refusal?.code == .unavailable && refusal?.reason == "draining")
                var tokens = 0
                while let element = try await reader.next() {
                    if case .tokens(let chunk) = element { tokens += chunk.ids.count }
                }
                #expect(tokens == 30)
            }
        }
    }

    @Test func onlyTheAdminToolMayDrain() async throws {
        let worker = WorkerFixture()
        let stranger = ModelWorkerAdminClient(.inProcess(table: worker.service.methods, caller: .orchestrator))
        let error = await #expect(throws: Failure.self) {
            _ = try await stranger.drain(DrainRequest(), WorkerFixture.context())
        }
        #expect(error?.code == .permissionDenied)
        #expect(!worker.service.isDraining)
    }
}
