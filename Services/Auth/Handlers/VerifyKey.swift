// SPDX-License-Identifier: Apache-2.0

import AuthDomain
package import Messages
import Primitives
package import RPC

extension AuthService {
    /// Turns a key's hash into the principal it stands for.
    package func verifyKey(_ request: VerifyKeyRequest, _ context: CallContext) async throws -> VerifyKeyReply {
        let record = try await accounts.key(hash: request.keyHash, deadline: context.deadline)
        let cache: Duration
        do {
            cache = try KeyVerification.judge(record, at: time.timestamp())
        } catch {
            throw Failure(error)
        }
        guard let principal = record?.principal, let key = principal.key else { throw Failure(KeyRefusal.unknown) }
        return VerifyKeyReply(
            organisationID: principal.organisation, projectID: principal.project, userID: principal.user, keyID: key,
            plan: principal.plan.rawValue, scopes: principal.scopes, cacheMs: UInt32(cache.milliseconds))
    }
}
