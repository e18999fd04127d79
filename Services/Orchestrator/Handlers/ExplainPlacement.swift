// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
package import RPC

extension OrchestratorService {
    /// Why a turn went where it went, or where a prompt would go now. Takes no place and keeps nothing of the prompt.
    package func explainPlacement(
        _ request: ExplainPlacementRequest, _ context: CallContext
    ) async throws -> ExplainPlacementReply {
        if let turn = request.turnID { return try explain(turn) }
        guard !request.model.isEmpty else {
            throw Failure.badArgument("A model or a turn is to be named.", reason: "invalid_input")
        }
        let prompt = request.prompt.isEmpty ? [] : [PromptEntry(.user, request.prompt)]
        let salt = request.organisationID.map(parts.salt(of:)) ?? []
        let hashes = PrefixHashes(salt: salt, model: request.model, tools: nil, prompt: prompt, spoken: prompt)
        let explanation = parts.fleet.explain(
            WorkRequest(
                model: request.model, kind: .chat, blocks: hashes.blocks, spread: hashes.spread,
                promptTokens: request.prompt.utf8.count / 4))
        return ExplainPlacementReply(
            rows: explanation.rows.map { row in
                PlacementRow(
                    row.worker, row.cost, filter: row.filter ?? "", isChosen: row.isChosen,
                    rule: row.isChosen ? explanation.rule.rawValue : "")
            }, waits: explanation.waits)
    }

    private func explain(_ turn: TurnID) throws(Failure) -> ExplainPlacementReply {
        let decisions = parts.fleet.decisions(of: turn.uuid)
        guard !decisions.isEmpty else { throw .unknownTurn }
        var reply = ExplainPlacementReply()
        for (number, decision) in decisions.enumerated() {
            for considered in decision.considered {
                let isChosen = considered.worker == decision.placement.worker
                reply.rows.append(
                    PlacementRow(
                        considered.worker, considered.cost, decision: UInt32(number), isChosen: isChosen,
                        rule: isChosen ? decision.placement.rule.rawValue : ""))
            }
        }
        return reply
    }
}

extension PlacementRow {
    init(
        _ worker: WorkerAddress, _ cost: CostInSeconds, decision: UInt32 = 0, filter: String = "", isChosen: Bool,
        rule: String
    ) {
        self.init(
            decision: decision, address: worker.rawValue, filter: filter, waitUs: Self.microseconds(cost.place),
            prefillBeforeUs: Self.microseconds(cost.prefillBefore), prefillUs: Self.microseconds(cost.prefill),
            decodeUs: Self.microseconds(cost.decode), cachedPerMille: UInt32(min(max(0, cost.match), 1) * 1_000),
            isChosen: isChosen,
            rule: rule)
    }

    private static func microseconds(_ seconds: Double) -> UInt64 {
        seconds > 0 ? UInt64(min(seconds, 1e9) * 1e6) : 0
    }
}
