// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension RetrieverService {
    /// One file and its state.
    package func getFile(_ request: GetFileRequest, _ context: CallContext) async throws -> FileReply {
        let principal = try context.requirePrincipal()
        guard
            let record = try await files.get(
                request.fileID, of: principal.organisation, deadline: context.deadline)
        else { throw Failure.noSuchFile }
        return FileReply(record)
    }
}
