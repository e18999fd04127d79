// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/auth/v1/auth.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `Auth`: what a caller and a server must agree on.
package enum AuthMethods {
    /// Turns the SHA-256 of an API key into the principal it stands for.
    ///
    /// Deadline: 100 ms; may be retried, and is made a second time after 25 ms without an answer. Fails with
    /// unauthenticated (unknown, revoked or expired key), permission_denied (organisation suspended).
    package static let verifyKey = Method<VerifyKeyRequest, VerifyKeyReply>(
        id: 0x0101, name: "auth.VerifyKey", kind: .unary, isIdempotent: true, deadline: .milliseconds(100),
        callers: [.gateway], carriesTokens: false, hedgeAfter: .milliseconds(25)
    )

    /// Checks a password and opens a session. Slow on purpose (bcrypt); attempts are limited per account.
    ///
    /// Deadline: 2 s; is never retried by itself. Fails with unauthenticated, resource_exhausted (too many attempts),
    /// permission_denied (account suspended).
    package static let login = Method<LoginRequest, LoginReply>(
        id: 0x0102, name: "auth.Login", kind: .unary, isIdempotent: false, deadline: .seconds(2), callers: [.gateway],
        carriesTokens: false
    )

    /// Ends a session. Ending one that does not exist is a success.
    ///
    /// Deadline: 2 s; may be retried. Fails with unavailable.
    package static let logout = Method<LogoutRequest, LogoutReply>(
        id: 0x0103, name: "auth.Logout", kind: .unary, isIdempotent: true, deadline: .seconds(2), callers: [.gateway],
        carriesTokens: false
    )

    /// The public halves of the keys that sign access tokens, as a JWK set (RFC 7517).
    ///
    /// Deadline: 1 s; may be retried. Fails with unavailable.
    package static let listSigningKeys = Method<ListSigningKeysRequest, ListSigningKeysReply>(
        id: 0x0104, name: "auth.ListSigningKeys", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false
    )

    /// Whether a session still lives; its last activity moves to now.
    ///
    /// Deadline: 100 ms; may be retried. Fails with unauthenticated, unavailable.
    package static let touchSession = Method<TouchSessionRequest, TouchSessionReply>(
        id: 0x0105, name: "auth.TouchSession", kind: .unary, isIdempotent: true, deadline: .milliseconds(100),
        callers: [.gateway], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        verifyKey.description,
        login.description,
        logout.description,
        listSigningKeys.description,
        touchSession.description,
    ]
}
