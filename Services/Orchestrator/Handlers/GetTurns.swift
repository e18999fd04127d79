// SPDX-License-Identifier: Apache-2.0

package import Messages
package import RPC

extension OrchestratorService {
    /// How many turns stand in which state, over all organisations, and how far the outbox is behind.
    package func getTurns(_ request: GetTurnsRequest, _ context: CallContext) async throws -> GetTurnsReply {
        let counts = try await stored { try await parts.keeper.countTurns(deadline: context.deadline) }
        return GetTurnsReply(
            running: UInt64(clamping: counts.running), settled: UInt64(clamping: counts.settled),
            released: UInt64(clamping: counts.released), expired: UInt64(clamping: counts.expired),
            outboxWaiting: UInt64(clamping: counts.waiting), outboxLagMs: UInt32(clamping: counts.lagMilliseconds))
    }
}
