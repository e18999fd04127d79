// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct Workers: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Shows the fleet as this replica sees it.")
    static let service = PeerName.orchestrator

    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(OrchestratorAdminMethods.listWorkers, ListWorkersRequest())
        var table = Table([
            "address", "state", "models", "waiting", "running", "in_flight", "free_cache_tokens", "prefill_per_second",
            "report_age_ms",
        ])
        for worker in reply.workers {
            table.add(
                .text(worker.address), .text(worker.state), .text(worker.models.joined(separator: ",")),
                .number(Int64(worker.waiting)), .number(Int64(worker.running)), .number(Int64(worker.inFlight)),
                .number(Int64(clamping: worker.freeCacheTokens)),
                .number(Int64(worker.prefillTokensPerSecond)), .number(Int64(worker.reportAgeMs)))
        }
        session.show(table)
    }
}
