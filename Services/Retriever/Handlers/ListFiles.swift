// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension RetrieverService {
    private static let defaultPage: UInt32 = 20
    private static let longestPage: UInt32 = 100

    /// The organisation's files, newest first.
    package func listFiles(_ request: ListFilesRequest, _ context: CallContext) async throws -> ListFilesReply {
        let principal = try context.requirePrincipal()
        let limit = Int(request.limit == 0 ? Self.defaultPage : min(request.limit, Self.longestPage))
        // One more than asked for tells whether there is a next page.
        let records = try await files.list(
            of: principal.organisation, olderThan: request.afterFileID, limit: Int32(limit + 1),
            deadline: context.deadline)
        return ListFilesReply(files: records.prefix(limit).map(FileReply.init), hasMore: records.count > limit)
    }
}
