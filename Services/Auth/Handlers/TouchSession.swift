// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension AuthService {
    /// Whether a session lives; it lives on for its whole lifetime from now.
    package func touchSession(
        _ request: TouchSessionRequest, _ context: CallContext
    ) async throws -> TouchSessionReply {
        let lives = try await sessions.touch(
            request.sessionID, of: request.organisationID, at: time.timestamp(), deadline: context.deadline)
        guard lives else {
            throw Failure(.unauthenticated, "The session has ended; sign in again.", reason: "session_ended")
        }
        return TouchSessionReply()
    }
}
