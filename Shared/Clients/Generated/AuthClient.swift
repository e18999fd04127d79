// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/auth/v1/auth.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `Auth`.
package struct AuthClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Turns the SHA-256 of an API key into the principal it stands for.
    ///
    /// Deadline: 100 ms; may be retried, and is made a second time after 25 ms without an answer. Fails with
    /// unauthenticated (unknown, revoked or expired key), permission_denied (organisation suspended).
    package func verifyKey(
        _ request: VerifyKeyRequest, _ context: CallContext
    ) async throws(Failure) -> VerifyKeyReply {
        try await rpc.unary(AuthMethods.verifyKey, request, context)
    }

    /// Checks a password and opens a session. Slow on purpose (bcrypt); attempts are limited per account.
    ///
    /// Deadline: 2 s; is never retried by itself. Fails with unauthenticated, resource_exhausted (too many attempts),
    /// permission_denied (account suspended).
    package func login(_ request: LoginRequest, _ context: CallContext) async throws(Failure) -> LoginReply {
        try await rpc.unary(AuthMethods.login, request, context)
    }

    /// Ends a session. Ending one that does not exist is a success.
    ///
    /// Deadline: 2 s; may be retried. Fails with unavailable.
    package func logout(_ request: LogoutRequest, _ context: CallContext) async throws(Failure) -> LogoutReply {
        try await rpc.unary(AuthMethods.logout, request, context)
    }

    /// The public halves of the keys that sign access tokens, as a JWK set (RFC 7517).
    ///
    /// Deadline: 1 s; may be retried. Fails with unavailable.
    package func listSigningKeys(
        _ request: ListSigningKeysRequest, _ context: CallContext
    ) async throws(Failure) -> ListSigningKeysReply {
        try await rpc.unary(AuthMethods.listSigningKeys, request, context)
    }

    /// Whether a session still lives; its last activity moves to now.
    ///
    /// Deadline: 100 ms; may be retried. Fails with unauthenticated, unavailable.
    package func touchSession(
        _ request: TouchSessionRequest, _ context: CallContext
    ) async throws(Failure) -> TouchSessionReply {
        try await rpc.unary(AuthMethods.touchSession, request, context)
    }
}
