// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct Explain: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows why a turn went to its worker, or where a prompt would go now; times in milliseconds.")
    static let service = PeerName.orchestrator

    @OptionGroup var admin: AdminOptions
    @Option(help: "A turn of this replica, one of the last few hundred.") var turn: String?
    @Option(help: "A model, to see what every worker would cost.") var model = ""
    @Option(help: "The beginning of a prompt; with the organisation it shows whose cache holds it.") var prompt = ""
    @Option(help: "The organisation whose prompt it is.") var organisation: String?

    func perform(_ session: AdminSession) async throws {
        var request = ExplainPlacementRequest(model: model, prompt: prompt)
        if let turn {
            guard let id = TurnID(turn) else { throw ValidationError("\(turn) is no turn's id.") }
            request.turnID = id
        }
        if let organisation {
            guard let id = OrganisationID(organisation) else {
                throw ValidationError("\(organisation) is no organisation's id.")
            }
            request.organisationID = id
        }
        let reply = try await session.ask(OrchestratorAdminMethods.explainPlacement, request)
        var table = Table([
            "decision", "address", "filter", "wait_ms", "prefill_before_ms", "prefill_ms", "decode_ms",
            "cached_percent",
            "chosen_by",
        ])
        for row in reply.rows {
            table.add(
                .number(Int64(row.decision)), .text(row.address), .text(row.filter), .number(Int64(row.waitUs / 1_000)),
                .number(Int64(row.prefillBeforeUs / 1_000)), .number(Int64(row.prefillUs / 1_000)),
                .number(Int64(row.decodeUs / 1_000)), .number(Int64(row.cachedPerMille / 10)),
                .text(row.isChosen ? row.rule : ""))
        }
        session.show(table)
    }
}
