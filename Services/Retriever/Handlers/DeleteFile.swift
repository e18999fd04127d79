// SPDX-License-Identifier: Apache-2.0

import Logging
package import Messages
import ObjectStore
import Primitives
package import RPC

extension RetrieverService {
    /// Takes a file out of every search, then drops its bytes.
    package func deleteFile(_ request: DeleteFileRequest, _ context: CallContext) async throws -> DeleteFileReply {
        let principal = try context.requirePrincipal()
        let hash = try await files.contentHash(
            of: request.fileID, organisation: principal.organisation, deadline: context.deadline)
        guard let hash, try await files.delete(request.fileID, of: principal.organisation, deadline: context.deadline)
        else {
            throw Failure.noSuchFile
        }
        do {
            try objects.delete(ObjectKey(file: request.fileID, contentHash: hash, of: principal.organisation))
        } catch {
            // Nobody can reach the bytes any more; only the disk keeps them.
            logger.error("a deleted file's bytes remain", metadata: ["file": "\(request.fileID)", "error": "\(error)"])
        }
        return DeleteFileReply()
    }
}
