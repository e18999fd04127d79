// SPDX-License-Identifier: Apache-2.0

import Logging
package import Messages
import Primitives
package import RPC

extension AuthService {
    /// Revokes a key, in the table first and on every gateway right after.
    package func revokeKey(_ request: RevokeKeyRequest, _ context: CallContext) async throws -> RevokeKeyReply {
        let revoked = try await keys.revoke(request.keyID, of: request.organisationID, deadline: context.deadline)
        guard let revoked else {
            throw Failure(.notFound, "There is no such key in this organisation.", reason: "key_not_found")
        }
        do {
            try await revocations.publish(revoked.hash, deadline: context.deadline)
        } catch {
            // The key is revoked; only the fast path is lost, and every gateway's cache ends within five seconds.
            logger.warning("a revocation could not be broadcast", metadata: ["error": "\(error)"])
        }
        return RevokeKeyReply(changed: revoked.changed)
    }
}
