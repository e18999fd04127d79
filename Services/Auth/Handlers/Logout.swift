// SPDX-License-Identifier: Apache-2.0

package import Messages
package import RPC

extension AuthService {
    /// Ends a session; one that is gone already is no error.
    package func logout(_ request: LogoutRequest, _ context: CallContext) async throws -> LogoutReply {
        try await sessions.close(request.sessionID, of: request.organisationID, deadline: context.deadline)
        return LogoutReply()
    }
}
