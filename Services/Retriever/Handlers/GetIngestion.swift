// SPDX-License-Identifier: Apache-2.0

package import Messages
package import RPC

extension RetrieverService {
    /// How many files stand in which state.
    package func getIngestion(
        _ request: GetIngestionRequest, _ context: CallContext
    ) async throws -> GetIngestionReply {
        var reply = GetIngestionReply()
        for row in try await passages.countStates(deadline: context.deadline) {
            let files = UInt64(row.files)
            switch FileStore.State(rawValue: row.state) {
            case .stored: reply.stored = files
            case .chunked: reply.chunked = files
            case .searchable:
                reply.searchable = files
                reply.passages = UInt64(row.passages)
            case .failed, nil: reply.failed += files
            }
        }
        return reply
    }
}
