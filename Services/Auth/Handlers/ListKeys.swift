// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension AuthService {
    /// An organisation's keys, newest first.
    package func listKeys(_ request: ListKeysRequest, _ context: CallContext) async throws -> ListKeysReply {
        let stored = try await keys.list(of: request.organisationID, deadline: context.deadline)
        return ListKeysReply(
            keys: stored.map { key in
                KeyRow(
                    keyID: key.key, projectID: key.project, userID: key.user, name: key.name, prefix: key.prefix,
                    scopes: key.scopes, createdAtUs: key.createdAt.microseconds,
                    expiresAtUs: key.expiresAt?.microseconds, revokedAtUs: key.revokedAt?.microseconds)
            })
    }
}
