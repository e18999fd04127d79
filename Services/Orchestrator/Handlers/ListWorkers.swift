// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorScheduling
import Primitives
package import RPC

extension OrchestratorService {
    /// The fleet as this replica sees it.
    package func listWorkers(_ request: ListWorkersRequest, _ context: CallContext) async throws -> ListWorkersReply {
        let now = parts.time.now()
        return ListWorkersReply(
            workers: parts.fleet.workers.map { worker in
                WorkerRow(
                    address: worker.address.rawValue, state: worker.stateWord(at: now),
                    models: worker.report?.models.map(\.name) ?? [], waiting: worker.report?.waiting ?? 0,
                    running: worker.report?.running ?? 0, inFlight: UInt32(clamping: worker.inFlight),
                    freeCacheTokens: worker.report?.freeCacheTokens ?? 0,
                    prefillTokensPerSecond: worker.report?.prefillTokensPerSecond ?? 0,
                    reportAgeMs: UInt32(clamping: worker.reportedAt.map { (now - $0).milliseconds } ?? 0))
            })
    }
}

extension WorkerRecord {
    func stateWord(at now: MonotonicInstant) -> String {
        if isLeaving { return "leaving" }
        guard let report else { return "connecting" }
        if isEjected(at: now) { return "ejected" }
        return report.isDraining ? "draining" : "ready"
    }
}
