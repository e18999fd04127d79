// SPDX-License-Identifier: Apache-2.0

package import Messages
import ModerationDomain
import Primitives
package import RPC

extension ModerationService {
    /// Judges an answer while it is written. The first output tells the policy's fail mode, every other one how far
    /// the text may leave.
    package func judgeStream(
        _ context: CallContext, _ inputs: StreamReader<JudgeStreamInput>, _ outputs: StreamWriter<JudgeStreamOutput>
    ) async throws {
        let principal = try context.requirePrincipal()
        guard case .event(let first) = try await inputs.next(), case .start(let start) = first.kind,
            let direction = TextDirection(start.direction)
        else { throw Failure.missingDirection }
        let policy = await policies.policy(of: principal.organisation, deadline: context.deadline)
        try await outputs.send(
            JudgeStreamOutput(failMode: policy.riskClass == .low ? .open : .closed))

        var judge = StreamJudge(policy: policy)
        var reasons: [String] = []
        while case .event(let input) = try await inputs.next() {
            guard case .chunk(let chunk) = input.kind else { continue }
            let step: StreamJudge.Step
            do {
                step = try judge.push(chunk.text, at: Int(clamping: chunk.offset), isLast: chunk.isLast)
            } catch {
                throw Failure(error)
            }
            for redaction in step.redactions where !reasons.contains(redaction.kind) { reasons.append(redaction.kind) }
            if let stop = step.stop { reasons.append(stop) }
            try await outputs.send(
                JudgeStreamOutput(
                    releasedUpTo: UInt64(step.releasedUpTo), redactions: step.redactions.map(Redaction.init),
                    stopReason: step.stop))
            if step.stop != nil || chunk.isLast {
                record(reasons, isBlocked: step.stop != nil, direction, principal, policy, context)
                return
            }
        }
        record(reasons, isBlocked: false, direction, principal, policy, context)
    }

    private func record(
        _ reasons: [String], isBlocked: Bool, _ direction: TextDirection, _ principal: Principal,
        _ policy: ModerationPolicy, _ context: CallContext
    ) {
        guard !reasons.isEmpty else { return }
        verdicts.add(
            VerdictLog.Record(
                organisation: principal.organisation, id: identifiers.next(), direction: direction,
                action: isBlocked ? .block : .redact, reasons: reasons, policyVersion: policy.version,
                traceID: context.trace.traceID))
    }
}
