// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/auth/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `AuthAdmin`: what a caller and a server must agree on.
package enum AuthAdminMethods {
    /// Creates an organisation with its first project and its owner.
    ///
    /// Deadline: 5 s; is never retried by itself. Fails with already_exists (name or e-mail taken), invalid_argument.
    package static let createOrganisation = Method<CreateOrganisationRequest, CreateOrganisationReply>(
        id: 0x0181, name: "auth.CreateOrganisation", kind: .unary, isIdempotent: false, deadline: .seconds(5),
        callers: [.auth.admin], carriesTokens: false
    )

    /// Creates an API key. Its text is in this reply and nowhere else, ever.
    ///
    /// Deadline: 5 s; is never retried by itself. Fails with not_found (organisation, project or user),
    /// invalid_argument (unknown scope).
    package static let createKey = Method<CreateKeyRequest, CreateKeyReply>(
        id: 0x0182, name: "auth.CreateKey", kind: .unary, isIdempotent: false, deadline: .seconds(5),
        callers: [.auth.admin], carriesTokens: false
    )

    /// Revokes a key on every gateway at once.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found.
    package static let revokeKey = Method<RevokeKeyRequest, RevokeKeyReply>(
        id: 0x0183, name: "auth.RevokeKey", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.auth.admin], carriesTokens: false
    )

    /// Lists an organisation's keys, newest first, without their text.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found.
    package static let listKeys = Method<ListKeysRequest, ListKeysReply>(
        id: 0x0184, name: "auth.ListKeys", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.auth.admin], carriesTokens: false
    )

    /// Lists organisations by name.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let listOrganisations = Method<ListOrganisationsRequest, ListOrganisationsReply>(
        id: 0x0185, name: "auth.ListOrganisations", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.auth.admin], carriesTokens: false
    )

    /// Adds a person to an organisation, with a password or without.
    ///
    /// Deadline: 5 s; is never retried by itself. Fails with already_exists, not_found, invalid_argument (weak
    /// password, unknown role).
    package static let createUser = Method<CreateUserRequest, CreateUserReply>(
        id: 0x0186, name: "auth.CreateUser", kind: .unary, isIdempotent: false, deadline: .seconds(5),
        callers: [.auth.admin], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        createOrganisation.description,
        createKey.description,
        revokeKey.description,
        listKeys.description,
        listOrganisations.description,
        createUser.description,
    ]
}
