// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/auth/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `AuthAdmin`.
package struct AuthAdminClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Creates an organisation with its first project and its owner.
    ///
    /// Deadline: 5 s; is never retried by itself. Fails with already_exists (name or e-mail taken), invalid_argument.
    package func createOrganisation(
        _ request: CreateOrganisationRequest, _ context: CallContext
    ) async throws(Failure) -> CreateOrganisationReply {
        try await rpc.unary(AuthAdminMethods.createOrganisation, request, context)
    }

    /// Creates an API key. Its text is in this reply and nowhere else, ever.
    ///
    /// Deadline: 5 s; is never retried by itself. Fails with not_found (organisation, project or user),
    /// invalid_argument (unknown scope).
    package func createKey(
        _ request: CreateKeyRequest, _ context: CallContext
    ) async throws(Failure) -> CreateKeyReply {
        try await rpc.unary(AuthAdminMethods.createKey, request, context)
    }

    /// Revokes a key on every gateway at once.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found.
    package func revokeKey(
        _ request: RevokeKeyRequest, _ context: CallContext
    ) async throws(Failure) -> RevokeKeyReply {
        try await rpc.unary(AuthAdminMethods.revokeKey, request, context)
    }

    /// Lists an organisation's keys, newest first, without their text.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found.
    package func listKeys(_ request: ListKeysRequest, _ context: CallContext) async throws(Failure) -> ListKeysReply {
        try await rpc.unary(AuthAdminMethods.listKeys, request, context)
    }

    /// Lists organisations by name.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func listOrganisations(
        _ request: ListOrganisationsRequest, _ context: CallContext
    ) async throws(Failure) -> ListOrganisationsReply {
        try await rpc.unary(AuthAdminMethods.listOrganisations, request, context)
    }

    /// Adds a person to an organisation, with a password or without.
    ///
    /// Deadline: 5 s; is never retried by itself. Fails with already_exists, not_found, invalid_argument (weak
    /// password, unknown role).
    package func createUser(
        _ request: CreateUserRequest, _ context: CallContext
    ) async throws(Failure) -> CreateUserReply {
        try await rpc.unary(AuthAdminMethods.createUser, request, context)
    }
}
